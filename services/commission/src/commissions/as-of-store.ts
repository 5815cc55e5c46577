import type { Explanation } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';

/** Entries of a partner for what occurred in a stretch of time. */
export interface Stretch {
  brandId: string;
  partnerId: string;
  from: string;
  to: string;
}

const within = 'entry.brand_id = $1 AND entry.partner_id = $2 AND entry.occurred_at >= $3 AND entry.occurred_at < $4';

export interface Standing {
  component: string;
  currency: string;
  amount: bigint;
  entries: number;
}

/** What the journal came to, by component and currency, with what had been recorded up to an instant. */
export async function standingAt(tx: Tx, { brandId, partnerId, from, to }: Stretch, knownAt: Date): Promise<Standing[]> {
  const { rows } = await tx.query<Standing>(
    `SELECT entry.component, entry.currency, sum(entry.amount)::bigint AS amount, count(*)::int AS entries FROM commission_entry AS entry
     WHERE ${within} AND entry.recorded_at <= $5 GROUP BY entry.component, entry.currency ORDER BY entry.component, entry.currency`,
    [brandId, partnerId, from, to, knownAt],
  );
  return rows;
}

/** An entry recorded later, with how the one before it in its scope was explained. */
export interface LaterEntry {
  reason: string;
  scope: string;
  component: string;
  currency: string;
  amount: bigint;
  period: string;
  recordedAt: Date;
  conversionId: string | null;
  causeConversionId: string | null;
  dealId: string | null;
  dealVersion: number | null;
  /** What the fold said; null unless it was rated again for other circumstances. */
  fold: Explanation | null;
  foldBefore: Explanation | null;
  /** The version that the fold went by where it no longer names the scope. */
  withdrawn: { dealId: string | null; dealVersion: number | null } | null;
}

/** What was recorded after one instant and up to another, first to last. Explanations are read only where they tell the cause. */
export async function recordedBetween(tx: Tx, { brandId, partnerId, from, to }: Stretch, after: Date, upTo: Date): Promise<LaterEntry[]> {
  const { rows } = await tx.query<LaterEntry>(
    `SELECT entry.reason, entry.scope, entry.component, entry.currency, entry.amount, entry.period, entry.recorded_at AS "recordedAt",
       entry.conversion_id AS "conversionId", entry.cause_conversion_id AS "causeConversionId", entry.deal_id AS "dealId", entry.deal_version AS "dealVersion",
       CASE WHEN entry.reason = 're-rating' THEN entry.explanation -> 'fold' END AS fold, before.fold AS "foldBefore",
       CASE WHEN entry.reason = 'amendment' THEN entry.explanation -> 'withdrawn' END AS withdrawn
     FROM commission_entry AS entry
     LEFT JOIN LATERAL (SELECT earlier.explanation -> 'fold' AS fold FROM commission_entry AS earlier
       WHERE entry.reason = 're-rating' AND earlier.conversion_id = entry.conversion_id AND earlier.scope = entry.scope AND earlier.posting < entry.posting
       ORDER BY earlier.posting DESC LIMIT 1) AS before ON true
     WHERE ${within} AND entry.recorded_at > $5 AND entry.recorded_at <= $6 ORDER BY entry.recorded_at, entry.entry_id`,
    [brandId, partnerId, from, to, after, upTo],
  );
  return rows;
}
