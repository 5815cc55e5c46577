import type { DataOf } from '@tributary/contracts';
import type { EntryExplanation } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import type { Entry } from '../accrual/domain/entry.js';
import { entrySelected } from '../accrual/journal-store.js';
import type { BrandAmount } from './domain/consolidate.js';

export const entryStatuses = [
  'pending',
  'held',
  'approved',
  'rejected',
  'payable',
  'in-payout',
  'paid',
  'reversed',
  'written-off',
] as const;
export type EntryStatus = (typeof entryStatuses)[number];
export type EntryWithStatus = Entry & { status: EntryStatus; writtenOff: DataOf<'payouts.write-off.changed.v1'>['writtenOff'] };

/**
 * The status of an entry, from what approvals and payouts have said of it, what the journal has posted after it, and the clock ($1):
 * - `paid`, `in-payout`: a payout with it has settled, or is on its way; a failed or returned payout leaves no mark
 * - `rejected`: by the last decision
 * - `written-off`: it would take back what was paid too long ago, and takes back nothing
 * - `reversed`: its scope has come down to nothing since, and it was never paid (the reversals keep statuses of their own)
 * - `held`; `approved`, which becomes `payable` when it has matured; `pending` before any decision
 */
export const entryStatus = `CASE
  WHEN 'settled' = ANY (paying.states) THEN 'paid'
  WHEN paying.states && ARRAY['created', 'submitted'] THEN 'in-payout'
  WHEN decision.outcome = 'rejected' THEN 'rejected'
  WHEN write_off.written_off IS NOT NULL THEN 'written-off'
  WHEN entry.amount > 0 AND scope.conversion_id IS NOT NULL AND scope.net = 0 THEN 'reversed'
  WHEN decision.outcome = 'held' THEN 'held'
  WHEN decision.outcome = 'approved' AND entry.matures_at <= $1 THEN 'payable'
  WHEN decision.outcome = 'approved' THEN 'approved'
  ELSE 'pending' END`;

/** The journal with all that `entryStatus` looks at; a line of it is `entry`. */
export const entriesWithStatus = `commission_entry AS entry
  JOIN commission_scope AS scope ON scope.scope = entry.scope
  LEFT JOIN entry_decision AS decision ON decision.entry_id = entry.entry_id
  LEFT JOIN entry_write_off AS write_off ON write_off.entry_id = entry.entry_id
  CROSS JOIN LATERAL (SELECT array_agg(payout.state) AS states FROM payout_line AS line JOIN payout_progress AS payout USING (payout_id) WHERE line.entry_id = entry.entry_id) AS paying`;

export interface EntryFilter {
  partnerId?: string | undefined;
  brandId?: string | undefined;
  conversionId?: string | undefined;
  status?: EntryStatus | undefined;
  /** Of `occurredAt`: from inclusive, to exclusive. */
  from?: string | undefined;
  to?: string | undefined;
  before?: string | undefined;
  limit: number;
}

/** Entries, newest first. */
export async function findEntries(tx: Tx, now: Date, filter: EntryFilter): Promise<EntryWithStatus[]> {
  const { rows } = await tx.query<EntryWithStatus>(
    `SELECT ${entrySelected}, ${entryStatus} AS status, write_off.written_off AS "writtenOff" FROM ${entriesWithStatus}
     WHERE ($2::text IS NULL OR entry.partner_id = $2) AND ($3::text IS NULL OR entry.brand_id = $3) AND ($4::text IS NULL OR entry.conversion_id = $4)
       AND ($5::text IS NULL OR ${entryStatus} = $5) AND ($6::timestamptz IS NULL OR entry.occurred_at >= $6) AND ($7::timestamptz IS NULL OR entry.occurred_at < $7)
       AND ($8::text IS NULL OR entry.entry_id < $8)
     ORDER BY entry.entry_id DESC LIMIT $9`,
    [
      now,
      filter.partnerId ?? null,
      filter.brandId ?? null,
      filter.conversionId ?? null,
      filter.status ?? null,
      filter.from ?? null,
      filter.to ?? null,
      filter.before ?? null,
      filter.limit,
    ],
  );
  return rows;
}

export type ExplainedEntry = Entry & { explanation: EntryExplanation; explanationHash: string };

export async function findExplained(tx: Tx, entryId: string): Promise<ExplainedEntry | undefined> {
  const { rows } = await tx.query<ExplainedEntry>(
    `SELECT ${entrySelected}, entry.explanation FROM commission_entry AS entry WHERE entry.entry_id = $1`,
    [entryId],
  );
  return rows[0];
}

/**
 * What was posted of a partner, or of everybody, by brand and currency: entries less what was taken back. `byLicence`: also by the licence
 * of the event, else (of what is rated by the month) of the deal.
 */
export async function amountsByBrand(
  tx: Tx,
  { partnerId, from, to, byLicence }: Pick<EntryFilter, 'partnerId' | 'from' | 'to'> & { byLicence: boolean },
): Promise<BrandAmount[]> {
  const { rows } = await tx.query<Omit<BrandAmount, 'amount'> & { amount: string }>(
    `SELECT entry.brand_id AS "brandId", licensed.licence, entry.currency, count(*)::int AS entries, sum(entry.amount)::text AS amount
     FROM commission_entry AS entry CROSS JOIN LATERAL (
       SELECT CASE WHEN $4 THEN coalesce(
         (SELECT told.details ->> 'licence' FROM conversion AS told WHERE told.conversion_id = entry.conversion_id),
         (SELECT deal.terms ->> 'licence' FROM deal_version AS deal WHERE deal.deal_id = entry.deal_id AND deal.version = entry.deal_version)
       ) END AS licence) AS licensed
     WHERE ($1::text IS NULL OR entry.partner_id = $1) AND ($2::timestamptz IS NULL OR entry.occurred_at >= $2)
       AND ($3::timestamptz IS NULL OR entry.occurred_at < $3)
     GROUP BY entry.brand_id, licensed.licence, entry.currency ORDER BY entry.brand_id, licensed.licence, entry.currency`,
    [partnerId ?? null, from ?? null, to ?? null, byLicence],
  );
  return rows.map(({ amount, ...line }) => ({ ...line, amount: BigInt(amount) }));
}

/** Whether the partner is enrolled at any brand that the caller sees. */
export async function isEnrolled(tx: Tx, partnerId: string): Promise<boolean> {
  return (await tx.query('SELECT 1 FROM enrollment WHERE partner_id = $1 LIMIT 1', [partnerId])).rows.length > 0;
}
