import { z } from 'zod';
import { idSchema } from './ids.js';

/** An instant, ISO 8601 in UTC (`Z`). */
export const instant = z.iso.datetime();
/** ISO 4217 code. Whether the code exists is checked by the money package where amounts are computed. */
export const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code');
/** Signed amount in minor units: a JSON integer within the safe range. */
export const minorAmount = z.int();
/** Amount in minor units that may not be negative. */
export const positiveAmount = z.int().nonnegative();
/**
 * Largest amount that a sender may report: what is earned of it (at most all of it, and a flat amount) must fit into the ledger, whose
 * legs hold up to 10^15 minor units.
 */
export const largestReportedAmount = 999_000_000_000_000;
/** A rate as a decimal string, exact: `"0.25"`. */
export const rate = z.string().regex(/^-?\d{1,9}(\.\d{1,12})?$/, 'must be a decimal string such as "0.25"');
/** IANA time zone name. */
export const timeZone = z.string().min(1).max(64);
export const slug = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens');
export const countryCode = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code');
/** What one unit of a currency costs in another: a decimal string above zero. */
export const fxRateText = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,18})?$/, 'must be a decimal string such as "1.0845"')
  .refine((text) => /[1-9]/.test(text), 'must be above zero');
/** A calendar day, `YYYY-MM-DD`. */
export const day = z.iso.date().refine((text) => text >= '1900-01-01', 'must be a day since 1900');
/** A calendar month, `YYYY-MM`. */
export const period = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-03');
/** An instant, and a month, that business can have been done in. */
export const businessInstant = instant.refine((text) => text >= '1900', 'must be an instant since 1900');
export const businessPeriod = period.refine((text) => text >= '1900', 'must be a month since 1900');
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
export const freeAttributes = z.record(z.string().min(1).max(64), z.union([z.string().max(500), z.int(), z.boolean()]));
export const text = (max: number) => z.string().trim().min(1).max(max);

export const ids = {
  brand: idSchema('brand'),
  program: idSchema('program'),
  partner: idSchema('partner'),
  enrollment: idSchema('enrollment'),
  deal: idSchema('deal'),
  link: idSchema('link'),
  click: idSchema('click'),
  customer: idSchema('customer'),
  conversion: idSchema('conversion'),
  entry: idSchema('entry'),
  approval: idSchema('approval'),
  run: idSchema('run'),
  payout: idSchema('payout'),
  payoutMethod: idSchema('payoutMethod'),
  fundingAccount: idSchema('fundingAccount'),
  apiKey: idSchema('apiKey'),
  ledgerTransaction: idSchema('ledgerTransaction'),
  clearance: idSchema('clearance'),
  adjustment: idSchema('adjustment'),
  dealTemplate: idSchema('dealTemplate'),
  dealBatch: idSchema('dealBatch'),
  statement: idSchema('statement'),
  accountStatement: idSchema('accountStatement'),
  simulation: idSchema('simulation'),
  recalculation: idSchema('recalculation'),
  riskHit: idSchema('riskHit'),
  bankReport: idSchema('bankReport'),
  reconciliationItem: idSchema('reconciliationItem'),
  approvalBatch: idSchema('approvalBatch'),
  delegation: idSchema('delegation'),
  riskSignal: idSchema('riskSignal'),
  riskBacktest: idSchema('riskBacktest'),
  networkBan: idSchema('networkBan'),
  payoutFreeze: idSchema('payoutFreeze'),
  case: idSchema('case'),
  writeOff: idSchema('writeOff'),
  erasure: idSchema('erasure'),
  taxForm: idSchema('taxForm'),
  vatRegistration: idSchema('vatRegistration'),
  selfBillingAgreement: idSchema('selfBillingAgreement'),
  selfBilledInvoice: idSchema('selfBilledInvoice'),
};
