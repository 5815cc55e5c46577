import type { Tx } from '@tributary/messaging';

/** The closed periods of brands. */
export async function closedPeriodsOf(tx: Tx, brandIds: readonly string[]): Promise<Map<string, Set<string>>> {
  const { rows } = await tx.query<{ brandId: string; period: string }>(
    'SELECT brand_id AS "brandId", period FROM closed_period WHERE brand_id = ANY($1)',
    [brandIds],
  );
  const closed = new Map<string, Set<string>>();
  for (const { brandId, period } of rows) closed.set(brandId, (closed.get(brandId) ?? new Set()).add(period));
  return closed;
}

/** How many entries a period has and what they come to, by currency. */
export async function totalsOf(tx: Tx, brandId: string, period: string): Promise<{ currency: string; entries: number; amount: bigint }[]> {
  const { rows } = await tx.query<{ currency: string; entries: number; amount: bigint }>(
    'SELECT currency, count(*)::int AS entries, sum(amount)::bigint AS amount FROM commission_entry WHERE brand_id = $1 AND period = $2 GROUP BY currency ORDER BY currency',
    [brandId, period],
  );
  return rows;
}

export async function insertClosedPeriod(
  tx: Tx,
  closed: { brandId: string; period: string; closedAt: Date; closedBy: string; entries: number; amount: bigint; currency: string },
): Promise<void> {
  await tx.query(
    'INSERT INTO closed_period (brand_id, period, closed_at, closed_by, entries, amount, currency) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [closed.brandId, closed.period, closed.closedAt, closed.closedBy, closed.entries, closed.amount, closed.currency],
  );
}
