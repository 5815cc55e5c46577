import { chargesOfPayout, type PayoutExchange } from '@tributary/contracts';
import { inChunks } from '@tributary/service-kit';
import type { ClearanceStore, ClearedClaim } from '../clearance-store.js';
import type { ClaimedPayout, KnownEntry } from '../domain/check-run.js';

interface PartRow {
  payoutId: string;
  partnerId: string;
  amount: bigint;
  charges: bigint;
  currency: string;
  exchange: PayoutExchange | null;
  lines: { entryId: string; amount: number }[];
}

/** What was sealed of a run under a hash, from all its parts. */
const sealedIds = 'SELECT unnest(payout_ids) AS payout_id FROM run_seal_part WHERE run_id = $1 AND content_hash = $2';

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
  async saveSeal(tx, { runId, contentHash, payoutIds, part = 1, parts = 1 }) {
    await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`sealed:${runId}`]);
    await tx.query(
      'INSERT INTO run_seal_part (run_id, content_hash, part, payout_ids) VALUES ($1, $2, $3, $4) ON CONFLICT (run_id, content_hash, part) DO NOTHING',
      [runId, contentHash, part, payoutIds],
    );
    const { rows } = await tx.query<{ come: number }>(
      'SELECT count(*)::int AS come FROM run_seal_part WHERE run_id = $1 AND content_hash = $2',
      [runId, contentHash],
    );
    return rows[0]?.come === parts;
  },
  async missingPayout(tx, { runId, contentHash }) {
    const { rows } = await tx.query<{ id: string }>(
      `SELECT sealed.payout_id AS id FROM (${sealedIds}) AS sealed
       LEFT JOIN (SELECT payout_id FROM payout_part WHERE run_id = $1 GROUP BY payout_id HAVING count(*) >= min(parts)) AS whole USING (payout_id)
       WHERE whole.payout_id IS NULL ORDER BY 1 LIMIT 1`,
      [runId, contentHash],
    );
    return rows[0]?.id;
  },
  async lockRun(tx, runId) {
    await tx.query(
      `SELECT count(*) FROM (SELECT 1 FROM partner_profile WHERE partner_id IN (SELECT partner_id FROM payout_part WHERE run_id = $1) ORDER BY partner_id FOR SHARE) AS locked`,
      [runId],
    );
    await tx.query(
      `SELECT count(*) FROM (
         SELECT 1 FROM approval WHERE entry_id IN (SELECT line ->> 'entryId' FROM payout_part, jsonb_array_elements(lines) AS line WHERE run_id = $1) ORDER BY entry_id FOR SHARE) AS locked`,
      [runId],
    );
  },
  async repeatedEntries(tx, { runId, contentHash }) {
    const { rows } = await tx.query<{ entryId: string }>(
      `SELECT entry_id AS "entryId" FROM (
         SELECT line ->> 'entryId' AS entry_id, (line ->> 'amount')::bigint < 0 AS takes_back, count(*) AS times FROM payout_part JOIN (${sealedIds}) AS sealed USING (payout_id), jsonb_array_elements(lines) AS line
         WHERE run_id = $1 GROUP BY 1, 2 HAVING count(*) > 1) AS repeated, generate_series(2, times) ORDER BY 1`,
      [runId, contentHash],
    );
    return rows.map(({ entryId }) => entryId);
  },
  async *sealedPayouts(tx, { runId, contentHash }) {
    const sql = `SELECT payout_id AS "payoutId", partner_id AS "partnerId", amount, currency, charges, exchange, lines FROM payout_part JOIN (${sealedIds}) AS sealed USING (payout_id)
      WHERE run_id = $1 ORDER BY payout_id, part`;
    let held: PartRow[] = [];
    for await (const rows of inChunks<PartRow>(tx, sql, [runId, contentHash], partsAtOnce)) {
      const all = [...held, ...rows];
      // The last payout may have more parts to come.
      const whole = all.findLastIndex(({ payoutId }) => payoutId !== all.at(-1)?.payoutId) + 1;
      held = all.slice(whole);
      if (whole > 0) yield payoutsOf(all.slice(0, whole));
    }
    if (held.length > 0) yield payoutsOf(held);
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

const partsAtOnce = 500;

function payoutsOf(parts: readonly PartRow[]): ClaimedPayout[] {
  const groups = new Map<string, PartRow[]>();
  for (const part of parts) {
    const known = groups.get(part.payoutId);
    if (known) known.push(part);
    else groups.set(part.payoutId, [part]);
  }
  return [...groups].map(([payoutId, rows]) => ({
    payoutId,
    partnerId: rows[0]?.partnerId ?? '',
    amount: rows[0]?.amount ?? 0n,
    charges: rows[0]?.charges ?? 0n,
    currency: rows[0]?.currency ?? '',
    exchange: rows[0]?.exchange ?? null,
    lines: rows.flatMap((row) => row.lines.map((line) => ({ entryId: line.entryId, amount: BigInt(line.amount) }))),
  }));
}
