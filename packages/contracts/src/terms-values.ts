import { z } from 'zod';

/** The kinds of events a sender may report; any other lower-case kind is a custom one. */
export const conversionKinds = [
  'lead',
  'sale',
  'deposit',
  'player-activity',
  'trade',
  'challenge-purchase',
  'refund',
  'chargeback',
] as const;
export const conversionKind = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a lower-case kind such as sale');

/** Periods after which a meter starts again, in the terms' time zone. */
export const resets = ['day', 'week', 'month', 'quarter', 'year', 'lifetime'] as const;

export const kebab = z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'must be a lower-case name such as first-sale');
/** Minor units: an integer, or a decimal string for less than one. */
export const finely = z.union([z.int().nonnegative(), z.string().regex(/^\d{1,12}(\.\d{1,9})?$/)]);
export const decimal = z.string().regex(/^\d{1,12}(\.\d{1,12})?$/, 'must be a decimal string such as "0.25"');
