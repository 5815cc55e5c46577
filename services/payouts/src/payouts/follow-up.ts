import { everyBrand, type Parts } from '../parts.js';
import { PaidOtherwise } from '../rails/domain/paid-otherwise.js';
import { fileRails, type Instruction, type Rail } from '../rails/domain/rail.js';
import { type PayoutRow, payoutColumns } from '../runs/run-store.js';
import { crashAround } from '../shared/crash-around.js';
import { isFrozen } from '../shared/freeze.js';
import { openPaidOtherwise } from '../shared/paid-otherwise.js';
import { recordReports } from '../shared/record-reports.js';
import { nextLookupDelayMs, type PayoutReport } from './domain/payout-state.js';
import { reportOfAnswer, reportOfState } from './domain/rail-reports.js';

const batchSize = 200;
/** So many look-ups in a row of a rail may break off before the rest of them is put off. */
const patience = 5;

/** Asks the rails about payouts on their way, and takes their callbacks in. */
export async function followUp(parts: Parts, now: Date): Promise<void> {
  for (const rail of parts.rails.values()) {
    await takeCallbacks(parts, rail, now).catch((error: unknown) =>
      parts.log.warn({ err: error, rail: rail.name }, 'callbacks could not be taken in; they will come again'),
    );
  }
  while ((await lookUpDue(parts, now)) === batchSize);
}

const context = ({ name }: Parts, correlationId: string) => ({ correlationId, actorId: `system:${name}`, actorKind: 'system' }) as const;

/** Acknowledged after the commit: a callback may be taken in twice, never not at all. */
async function takeCallbacks(parts: Parts, rail: Rail, now: Date): Promise<void> {
  for (;;) {
    const callbacks = await rail.callbacks(now, batchSize);
    if (callbacks.length === 0) return;
    // The rail's key is the payout's id.
    const reports = callbacks.map((callback) => reportOfState(callback.railKey, callback));
    await parts.db.tx(everyBrand, (tx) => recordReports(tx, parts, reports, context(parts, `callbacks:${rail.name}`), now));
    parts.crashPoint('payouts.before-acknowledge');
    await rail.acknowledge(callbacks.map(({ id }) => id));
  }
}

async function lookUpDue(parts: Parts, now: Date): Promise<number> {
  const { rows } = await parts.db.pool.query<PayoutRow & { behaviour: string | null }>(
    `SELECT payout.*, m.behaviour FROM (SELECT ${payoutColumns} FROM payout WHERE status IN ('submitted', 'unknown') AND next_lookup_at <= $1 ORDER BY next_lookup_at, id LIMIT $2) AS payout
     LEFT JOIN payout_method m ON m.id = payout."methodId"`,
    [now, batchSize],
  );
  const reports: PayoutReport[] = [];
  const otherwise: [PayoutRow, PaidOtherwise][] = [];
  const silent = new Map<string, number>();
  for (const payout of rows) {
    // A rail that is down is not asked for each of its payouts: they wait for their next look-up.
    if ((silent.get(payout.rail) ?? 0) >= patience) continue;
    const report = await ask(parts, payout, now);
    if (report instanceof PaidOtherwise) otherwise.push([payout, report]);
    else if (report === 'silent') silent.set(payout.rail, (silent.get(payout.rail) ?? 0) + 1);
    else if (report) reports.push(report);
  }
  await parts.db.tx(everyBrand, async (tx) => {
    await tx.query(
      'UPDATE payout SET lookups = lookups + 1, next_lookup_at = asked.next FROM unnest($1::text[], $2::timestamptz[]) AS asked (id, next) WHERE payout.id = asked.id AND next_lookup_at IS NOT NULL',
      [rows.map(({ id }) => id), rows.map(({ lookups }) => new Date(now.getTime() + nextLookupDelayMs(lookups + 1)))],
    );
    await recordReports(tx, parts, reports, context(parts, 'follow-up'), now);
    for (const [payout, paid] of otherwise) await openPaidOtherwise(tx, parts, payout, paid, context(parts, 'follow-up'), now);
    if (rows.length > 0) crashAround(tx, parts, 'look-up');
  });
  return rows.length;
}

/** What the rail says of one payout. When it knows nothing of an unknown one, the same instruction goes out again under the same key. */
async function ask(
  parts: Parts,
  payout: PayoutRow & { behaviour: string | null },
  now: Date,
): Promise<PayoutReport | PaidOtherwise | 'silent' | undefined> {
  const rail = parts.rails.get(payout.rail);
  if (!rail) return undefined;
  try {
    const found = await rail.lookup(payout.railKey, now);
    if (found.state !== 'not-found') return reportOfState(payout.id, found);
    if (payout.status !== 'unknown' || fileRails.includes(payout.rail)) return undefined;
    if (await parts.db.tx(everyBrand, isFrozen)) return undefined;
    const instruction: Instruction = { ...payout, payoutId: payout.id };
    const answer = (await rail.submit([instruction], now)).get(payout.railKey);
    return answer && reportOfAnswer(payout.id, answer);
  } catch (error) {
    if (error instanceof PaidOtherwise) return error;
    parts.log.warn({ err: error, payoutId: payout.id }, 'the rail could not be asked about a payout; it will be asked again');
    return 'silent';
  }
}
