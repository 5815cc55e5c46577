import { z } from 'zod';
import { currency, ids, instant, minorAmount, period, sha256Hex } from './common.js';

/** Exact minor units: a decimal string, or a fraction where no decimal is exact. */
const exact = z.string().regex(/^-?\d+(\.\d+|\/\d+)?$/);

/** Gross to net under one version of the deal: `gross` plus every line's amount is `net`. */
export const statementWaterfall = z
  .strictObject({
    version: z.int().positive(),
    /** The waterfall that the version names, with the SHA-256 of its clause text; null: net is gross. */
    waterfall: z.strictObject({ name: z.string(), version: z.int(), clauseHash: sha256Hex.nullable() }).nullable(),
    gross: exact,
    lines: z.array(
      z.strictObject({ name: z.string(), effect: z.enum(['deduct', 'add']), of: z.string(), rate: z.string(), base: exact, amount: exact }),
    ),
    net: exact,
  })
  .meta({ id: 'StatementWaterfall' });

const customerAmount = z.strictObject({ customerId: z.string(), amount: exact });

/** What one component of a deal came to in a month. Amounts without another word are exact minor units. */
export const statementComponent = z
  .strictObject({
    component: z.string(),
    model: z.enum(['revshare', 'retainer']),
    dealVersion: z.int().positive(),
    waterfalls: z.array(statementWaterfall),
    gross: exact,
    net: exact,
    customers: z.int(),
    /** Net revenue that is paid for, after deficits. */
    base: exact,
    /** The deficit: opening - used + added - offset - written off = closing, in `unit`. */
    carry: z
      .strictObject({
        policy: z.string(),
        unit: z.enum(['base', 'commission']),
        opening: exact,
        used: exact,
        added: exact,
        offset: exact,
        writtenOff: z.array(z.strictObject({ reason: z.string(), period, amount: exact })),
        closing: exact,
      })
      .nullable(),
    /** Deficits of single customers: opening - used + added - lapsed = closing. */
    quarantine: z
      .strictObject({ opening: exact, used: z.array(customerAmount), added: z.array(customerAmount), lapsed: exact, closing: exact })
      .nullable(),
    /** Advances: opening + advances - recouped = closing. */
    recoup: z.strictObject({ of: z.array(z.string()), opening: exact, advances: exact, recouped: exact, closing: exact }).nullable(),
    /** Events in a currency whose rate is not known: in no figure above. */
    unconverted: z.array(z.strictObject({ currency: z.string().nullable(), date: z.string().nullable(), gross: exact })),
    steps: z.array(z.strictObject({ step: z.string(), formula: z.string(), value: z.string() })),
    /** Commission before rounding. */
    exact,
    rounding: z.strictObject({ mode: z.string(), place: z.string() }),
    offsetOthers: minorAmount,
    /** What the month entitles to, signed minor units. */
    entitlement: minorAmount,
  })
  .meta({ id: 'StatementComponent' });

const content = {
  partnerId: ids.partner,
  brandId: ids.brand,
  programId: ids.program,
  dealId: ids.deal,
  dealVersions: z.array(z.int().positive()),
  period,
  currency,
  components: z.array(statementComponent),
  total: minorAmount,
};

/** What makes a revision of a statement: its hash is the SHA-256 of these as canonical JSON. */
export const statementContent = z.strictObject({ statementId: ids.statement, revision: z.int().positive(), ...content });
export type StatementContent = z.infer<typeof statementContent>;

/** A month of a deal, line by line. `open`: folded on the spot, the month is not closed and nothing of it is posted. */
export const statement = z
  .strictObject({
    ...content,
    id: ids.statement.nullable(),
    status: z.enum(['open', 'issued']),
    revision: z.int().nonnegative(),
    issuedAt: instant.nullable(),
    entries: z.array(
      z.strictObject({ id: ids.entry, component: z.string(), amount: minorAmount, period, reason: z.string(), recordedAt: instant }),
    ),
    hash: sha256Hex.nullable(),
  })
  .meta({ id: 'Statement' });
