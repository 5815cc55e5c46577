import { chargesOfPayout, type PayoutExchange } from '@tributary/contracts';
import type { ClearanceStore, ClearedClaim } from '../clearance-store.js';
import type { KnownEntry } from '../domain/check-run.js';

interface PartRow {
  payoutId: string;
  partnerId: string;
  amount: bigint;
  charges: bigint;
  currency: string;
  exchange: PayoutExchange | null;
  lines: { entryId: string; amount: number }[];
  parts: number;
}

export const pgClearanceStore = (): ClearanceStore => ({
  async saveParts(tx, events) {
    const data = events.map((event) => event.data);
    await tx.query(
      `INSERT INTO payout_part (payout_id, part, parts, run_id, partner_id, brand_id, amount, currency, lines, charges, exchange)
       SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::jsonb[], $10::bigint[], $11::jsonb[])
       ON CONFLICT (payout_id, part) DO NOTHING`,
      [
        data.map((d) => d.payoutId),
        data.map((d) => d.part),
        data.map((d) => d.parts),
        data.map((d) => d.runId),
        data.map((d) => d.partnerId),
        data.map((d) => d.brandId),
        data.map((d) => d.amount),
        data.map((d) => d.currency),
        data.map((d) => JSON.stringify(d.lines)),
        data.map((d) => chargesOfPayout(d).reduce((sum, { amount }) => sum + amount, 0)),
        data.map((d) => (d.exchange ? JSON.stringify(d.exchange) : null)),
      ],
    );
  },
  async payoutsOf(tx, runId) {
    const found = await tx.query<PartRow>(
      'SELECT payout_id AS "payoutId", partner_id AS "partnerId", amount, currency, charges, exchange, lines, parts FROM payout_part WHERE run_id = $1 ORDER BY payout_id, part',
      [runId],
    );
    const byPayout = grouped(found.rows);
    return [...byPayout.values()].flatMap((rows) => {
      const [first] = rows;
      if (!first || rows.length < first.parts) return [];
      const lines = rows.flatMap((row) => row.lines.map((line) => ({ entryId: line.entryId, amount: BigInt(line.amount) })));
      const { payoutId, partnerId, amount, currency, charges, exchange } = first;
      return [{ payoutId, partnerId, amount, currency, charges, exchange, lines }];
    });
  },
  async entriesOf(tx, entryIds) {
    const found = await tx.query<KnownEntry & { entryId: string }>(
      'SELECT entry_id AS "entryId", partner_id AS "partnerId", amount, status FROM approval WHERE entry_id = ANY($1) ORDER BY entry_id FOR SHARE',
      [entryIds],
    );
    return new Map(found.rows.map((row) => [row.entryId, row]));
  },
  async clearedWith(tx, partnerIds, entryIds) {
    const { rows } = await tx.query<ClearedClaim>(
      `SELECT part.run_id AS "runId", cleared.content_hash AS "contentHash", part.payout_id AS "payoutId", line->>'entryId' AS "entryId"
       FROM payout_part part JOIN clearance cleared ON cleared.run_id = part.run_id AND cleared.outcome = 'cleared', jsonb_array_elements(part.lines) line
       WHERE part.partner_id = ANY ($1) AND line->>'entryId' = ANY ($2) ORDER BY 1, 3, 4`,
      [partnerIds, entryIds],
    );
    return rows;
  },
  async insert(tx, clearance) {
    const inserted = await tx.query(
      `INSERT INTO clearance (id, run_id, content_hash, outcome, reason, checks, decided_at) VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7) ON CONFLICT (run_id, content_hash) DO NOTHING`,
      [
        clearance.id,
        clearance.runId,
        clearance.contentHash,
        clearance.outcome,
        clearance.reason,
        JSON.stringify(clearance.checks),
        clearance.decidedAt,
      ],
    );
    return inserted.rowCount === 1;
  },
});

function grouped(rows: readonly PartRow[]): Map<string, PartRow[]> {
  const groups = new Map<string, PartRow[]>();
  for (const row of rows) groups.set(row.payoutId, [...(groups.get(row.payoutId) ?? []), row]);
  return groups;
}
