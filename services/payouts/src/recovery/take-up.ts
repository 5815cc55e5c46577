import type { Tx } from '@tributary/messaging';
import { type Bucket, claim, exchanged, move, type OffsetMoney, offsetFrom, type Posting } from '../ledger/domain/posting.js';
import { post } from '../ledger/ledger-store.js';
import { everyBrand, type Parts } from '../parts.js';
import { type PayoutRow, payoutColumns } from '../runs/run-store.js';
import { recordReports } from '../shared/record-reports.js';
import type { SentRecord } from '../shared/sent-journal.js';
import { contextOfSystem } from './context.js';
import { storeTaken } from './freeze-store.js';

/** Why what was sent cannot be taken up yet. */
export interface Waiting {
  payoutId: string;
  brandId: string;
  rail: string;
  amount: bigint;
  currency: string;
  why: string;
}

/** Takes up a payout that was sent and that the books do not know, or know as unsent. Undefined when they know. */
export async function takeUp(parts: Parts, freezeId: string, record: SentRecord, now: Date): Promise<'taken-up' | Waiting | undefined> {
  return parts.db.tx(everyBrand, async (tx) => {
    await tx.query(`SELECT set_config('payouts.taking_up', 'on', true), pg_advisory_xact_lock(hashtext('payouts:taking-up'))`);
    const { rows } = await tx.query<{ attemptedAt: Date | null }>(
      'SELECT attempted_at AS "attemptedAt" FROM payout WHERE id = $1 FOR UPDATE',
      [record.id],
    );
    const [known] = rows;
    if (known && known.attemptedAt !== null) return undefined;
    if (!known) {
      const waiting = await whyWaiting(tx, record);
      if (waiting) return waiting;
    }
    await storeRun(tx, record);
    if (!known) await storePayout(tx, parts, record, now);
    await tx.query(
      `UPDATE payout SET status = 'cleared', attempted_at = ($2::jsonb ->> 'sentAt')::timestamptz WHERE id = $1 AND status IN ('draft', 'approved', 'cleared')`,
      [record.id, record.text],
    );
    const reports = [
      { payoutId: record.id, outcome: 'unknown', reference: null, reason: 'sent before the database was restored' } as const,
    ];
    await recordReports(tx, parts, reports, contextOfSystem(parts), now);
    const found = known
      ? ({ kind: 'was-sent', detail: 'not sent yet by the books of the backup' } as const)
      : ({ kind: 'taken-up', detail: 'not in the books of the backup' } as const);
    await storeTaken(tx, { freezeId, payoutId: record.id, ...found });
    return 'taken-up';
  });
}

/** The entries that it pays must be known, and in no other payout: else what they are in comes first. */
async function whyWaiting(tx: Tx, { id, text }: SentRecord): Promise<Waiting | undefined> {
  const { rows } = await tx.query<Omit<Waiting, 'payoutId' | 'why'> & { unknown: number; claimedBy: string | null }>(
    `SELECT sent."brandId", sent.rail, sent.amount, sent.currency, count(*) FILTER (WHERE entry.id IS NULL OR NOT entry.accrued)::int AS unknown, min(entry.run_id) AS "claimedBy"
     FROM (SELECT brand_id AS "brandId", rail, amount, currency FROM jsonb_populate_record(NULL::payout, $1::jsonb -> 'payout')) sent
     CROSS JOIN jsonb_to_recordset($1::jsonb -> 'lines') AS line (item_id text) LEFT JOIN entry ON entry.id = line.item_id GROUP BY 1, 2, 3, 4`,
    [text],
  );
  const [row] = rows;
  if (!row) throw new Error(`${id} was sent without lines`);
  const { unknown, claimedBy, ...facts } = row;
  if (unknown > 0) return { ...facts, payoutId: id, why: `${unknown} of its entries are not known here: replay the archive to payouts` };
  if (claimedBy !== null)
    return {
      ...facts,
      payoutId: id,
      why: `its entries lie in ${claimedBy}, which was given up or failed: cancel that run, or say what became of its payouts`,
    };
  return undefined;
}

/** The run as it was when it was sent: made by whom, approved by whom, cleared for what. */
async function storeRun(tx: Tx, { text }: SentRecord): Promise<void> {
  await tx.query(
    `INSERT INTO payout_run SELECT * FROM jsonb_populate_record(NULL::payout_run, ($1::jsonb -> 'run') || '{"status": "draft"}') ON CONFLICT (id) DO NOTHING`,
    [text],
  );
  // Approvals are of drafts: so it is one until they are there.
  await tx.query(
    `INSERT INTO run_approval SELECT own.* FROM jsonb_populate_recordset(NULL::run_approval, $1::jsonb -> 'approvals') own JOIN payout_run run ON run.id = own.run_id AND run.status = 'draft'
     ON CONFLICT DO NOTHING`,
    [text],
  );
  await tx.query(
    `UPDATE payout_run run SET status = sent.status, approved_by = sent.approved_by, sealed_at = sent.sealed_at, submit_requested_by = sent.submit_requested_by,
       submit_requested_at = sent.submit_requested_at, clearance_id = sent.clearance_id, cleared_hash = sent.cleared_hash
     FROM jsonb_populate_record(NULL::payout_run, $1::jsonb -> 'run') sent WHERE run.id = sent.id AND run.status IN ('draft', 'sealed', 'cleared')`,
    [text],
  );
  await tx.query(
    `UPDATE payout SET status = 'cleared' WHERE run_id = $1::jsonb -> 'run' ->> 'id' AND status IN ('draft', 'approved') AND EXISTS (SELECT 1 FROM payout_run run WHERE run.id = payout.run_id AND run.status = 'submitting')`,
    [text],
  );
}

async function storePayout(tx: Tx, parts: Parts, { id, text }: SentRecord, now: Date): Promise<void> {
  await tx.query(
    `INSERT INTO payout SELECT (jsonb_populate_record(NULL::payout, $1::jsonb -> 'payout' || jsonb_build_object('status', 'cleared', 'attempted_at', $1::jsonb ->> 'sentAt'))).*`,
    [text],
  );
  const { rows: entries } = await tx.query<EntryMoney>(
    `SELECT entry.id, entry_id AS "entryId", partner_id AS "partnerId", brand_id AS "brandId", currency, entry.amount, bucket, version
     FROM entry JOIN jsonb_to_recordset($1::jsonb -> 'lines') AS line (item_id text) ON entry.id = line.item_id ORDER BY entry.id FOR UPDATE OF entry`,
    [text],
  );
  await tx.query(`INSERT INTO payout_line SELECT line.* FROM jsonb_populate_recordset(NULL::payout_line, $1::jsonb -> 'lines') line`, [
    text,
  ]);
  await tx.query(
    `UPDATE entry SET bucket = 'in-payout', run_id = payout.run_id, payout_id = payout.id, version = entry.version + 2 FROM payout WHERE payout.id = $1 AND entry.id = ANY ($2)`,
    [id, entries.map((entry) => entry.id)],
  );
  const { rows } = await tx.query<PayoutRow>(`SELECT ${payoutColumns} FROM payout WHERE id = $1`, [id]);
  const [payout] = rows;
  if (!payout) throw new Error(`${id} was not written`);
  // What has not come as far again, or further meanwhile, goes by the way that it went then.
  const moves = entries.flatMap((entry) =>
    entry.bucket === 'payable' ? [] : [move(entry, entry.bucket, 'payable', entry.version + 1, now)],
  );
  const context = contextOfSystem(parts);
  await post(
    tx,
    parts.outbox,
    [...moves, claim(payout, now), ...exchanged(payout, now), ...(await storeCharges(tx, text, now))].map((posting) => ({
      posting,
      context,
    })),
    now,
  );
}

/** What was decided on its tax, and what it settles at other brands: without these nothing could be told of it, nor given back. */
async function storeCharges(tx: Tx, text: string, now: Date): Promise<Posting[]> {
  await tx.query(`INSERT INTO payout_tax SELECT tax.* FROM jsonb_populate_recordset(NULL::payout_tax, $1::jsonb -> 'taxes') tax`, [text]);
  const { rows } = await tx.query<OffsetMoney>(
    `INSERT INTO payout_offset SELECT share.* FROM jsonb_populate_recordset(NULL::payout_offset, $1::jsonb -> 'offsets') share
     RETURNING payout_id AS "payoutId", partner_id AS "partnerId", brand_id AS "brandId", currency, amount`,
    [text],
  );
  return rows.map((offset) => offsetFrom(offset, now));
}

interface EntryMoney {
  id: string;
  entryId: string;
  partnerId: string;
  brandId: string;
  currency: string;
  amount: bigint;
  bucket: Bucket;
  version: number;
}

/** Requests to providers, so that they can be asked about; none of them can be sent again: what it said is sealed under a lost key. */
export async function takeUpRequests(tx: Tx, records: readonly SentRecord[]): Promise<void> {
  const texts = (kind: SentRecord['kind']) => records.filter((record) => record.kind === kind).map(({ text }) => text);
  await tx.query(
    `INSERT INTO rail_batch SELECT (jsonb_populate_record(NULL::rail_batch, batch || jsonb_build_object('attempts', 1, 'resend_until', batch ->> 'created_at'))).*
     FROM (SELECT DISTINCT ON (said ->> 'id') said -> 'batch' AS batch FROM unnest($1::text[]) AS line (text), LATERAL (SELECT line.text::jsonb AS said) AS read ORDER BY said ->> 'id') sent
     ON CONFLICT (id) DO NOTHING`,
    [texts('batch')],
  );
  await tx.query(
    `INSERT INTO rail_item SELECT (jsonb_populate_recordset(NULL::rail_item, line.text::jsonb -> 'items')).* FROM unnest($1::text[]) AS line (text) ON CONFLICT DO NOTHING`,
    [texts('batch')],
  );
  // Written down before the backup, sent after it: the window of its key began then, and may be over.
  await tx.query('UPDATE rail_batch SET attempts = 1, resend_until = created_at WHERE id = ANY ($1) AND attempts = 0', [
    records.filter(({ kind }) => kind === 'batch').map(({ id }) => id),
  ]);
  await tx.query(
    `UPDATE rail_batch SET reference = said.reference FROM (SELECT text::jsonb ->> 'id' AS id, text::jsonb ->> 'reference' AS reference FROM unnest($1::text[]) AS line (text)) said
     WHERE rail_batch.id = said.id AND rail_batch.reference IS NULL`,
    [texts('reference')],
  );
}
