import { type EventContext, goingBackTo, type NewEvent, type Tx } from '@tributary/messaging';
import { awaitPolicies } from '../entries/clawback-store.js';
import { backFromRail, exchangedBack, handedToRail, type Posting, release, returned, settlement } from '../ledger/domain/posting.js';
import { post } from '../ledger/ledger-store.js';
import { flagReturned, methodEvent } from '../methods/method-store.js';
import type { Parts } from '../parts.js';
import { advance, nextLookupDelayMs, type PayoutReport, payoutStatuses, type ReportedOutcome } from '../payouts/domain/payout-state.js';
import type { PaidMoney } from '../rails/domain/paid-otherwise.js';
import { runStatusAfter } from '../runs/domain/run-state.js';
import { lockRun, type PayoutRow, payoutColumns } from '../runs/run-store.js';
import { issueInvoices } from '../tax/invoice-store.js';
import { bookFees, type TakenFee } from './book-differences.js';
import { crashAround } from './crash-around.js';
import { giveOffsetsBack } from './offsets.js';
import { openPaidOtherwise } from './paid-otherwise.js';
import { payoutFacts } from './payout-facts.js';
import { reconsider } from './reconsider.js';

interface Step {
  payout: PayoutRow;
  outcome: ReportedOutcome;
  /** The state that it leaves: whether the rail had it says which accounts must be undone. */
  before: PayoutRow['status'];
}
export interface Recorded {
  /** Reports that contradict what is final: nothing was changed for them. */
  conflicts: { payoutId: string; outcome: ReportedOutcome; conflict: string }[];
}

/**
 * Takes in what is said of payouts, from wherever: moves states forward, posts to the ledger, sets entries free, publishes. A report
 * that says nothing new does nothing, so that each may come any number of times.
 */
export async function recordReports(
  tx: Tx,
  parts: Parts,
  reports: readonly PayoutReport[],
  context: EventContext,
  now: Date,
): Promise<Recorded> {
  const ids = [...new Set(reports.map(({ payoutId }) => payoutId))];
  const runs = await tx.query<{ id: string; correlationId: string }>(
    'SELECT id, correlation_id AS "correlationId" FROM payout_run WHERE id IN (SELECT run_id FROM payout WHERE id = ANY ($1)) ORDER BY id FOR UPDATE',
    [ids],
  );
  const { rows } = await tx.query<PayoutRow>(`SELECT ${payoutColumns} FROM payout WHERE id = ANY ($1) ORDER BY id FOR UPDATE`, [ids]);
  const payouts = new Map(rows.map((payout) => [payout.id, payout]));
  const { steps, conflicts } = takeSteps(payouts, reports);
  for (const each of conflicts) parts.log.error(each, 'a rail contradicts what is final: a person must look');
  await bookFees(tx, parts.outbox, feesOf(reports, payouts), context, now);
  for (const [payout, paid] of debitedOtherwise(reports, payouts)) await openPaidOtherwise(tx, parts, payout, paid, context, now);
  if (steps.length === 0) return { conflicts };

  const correlations = new Map(runs.rows.map((run) => [run.id, run.correlationId]));
  const attributes = { 'service.name': parts.name, ...onlyOne([...correlations.values()]) };
  const name = `payouts ${[...new Set(steps.map(({ outcome }) => outcome))].join(' ')}`;
  const calls = steps.map(({ payout }) => payout.traceparent);
  await goingBackTo(name, calls, attributes, () => applySteps(tx, parts, steps, { ...context, correlations }, now));
  return { conflicts };
}

/** Payouts that came to nothing, however many: some at a time, all in the caller's transaction. */
export async function failPayouts(
  tx: Tx,
  parts: Parts,
  payoutIds: AsyncIterable<readonly string[]>,
  reason: string,
  context: EventContext,
  now: Date,
): Promise<void> {
  for await (const some of payoutIds) {
    const reports = some.map((payoutId) => ({ payoutId, outcome: 'failed', reference: null, reason }) as const);
    await recordReports(tx, parts, reports, context, now);
  }
}
/** What rails took for payments that they made; a rail says it once for each, however often. */
const feesOf = (reports: readonly PayoutReport[], payouts: ReadonlyMap<string, PayoutRow>): TakenFee[] =>
  reports.flatMap(({ payoutId, fee }) => {
    const status = payouts.get(payoutId)?.status;
    return fee && (status === 'settled' || status === 'returned') ? [{ payoutId, name: payoutId, fee }] : [];
  });

/** What was paid as told, out of an account in another currency. */
const debitedOtherwise = (reports: readonly PayoutReport[], payouts: ReadonlyMap<string, PayoutRow>): [PayoutRow, { paid: PaidMoney }][] =>
  reports.flatMap(({ payoutId, debited, reference }) => {
    const payout = payouts.get(payoutId);
    const paid = payout && debited && (payout.status === 'settled' || payout.status === 'returned') && debited.currency !== payout.currency;
    return paid ? [[payout, { paid: { ...debited, reference: reference ?? '' } }]] : [];
  });

const onlyOne = (ids: readonly string[]) => (ids.length === 1 ? { 'tributary.correlation_id': ids[0] ?? '' } : {});

interface StepContext extends EventContext {
  /** What each run began with: what comes of it is found under the same id, whoever reports it. */
  correlations: ReadonlyMap<string, string>;
}

async function applySteps(
  tx: Tx,
  parts: Parts,
  steps: readonly Step[],
  { correlations, ...context }: StepContext,
  now: Date,
): Promise<void> {
  const contextFor = ({ payout }: Step): EventContext =>
    context.actorKind === 'system' ? { ...context, correlationId: correlations.get(payout.runId) ?? context.correlationId } : context;
  await storePayouts(tx, [...new Set(steps.map(({ payout }) => payout))], now);
  await post(
    tx,
    parts.outbox,
    steps.flatMap((step) => postingsOf(now)(step).map((posting) => ({ posting, context: contextFor(step) }))),
    now,
  );
  const undone = steps.filter(({ outcome }) => outcome === 'failed' || outcome === 'returned');
  await giveOffsetsBack(
    tx,
    parts,
    undone.map(({ payout }) => payout.id),
    context,
    now,
  );
  await moveEntries(tx, parts, steps, context, now);
  const returned = steps.filter(({ outcome }) => outcome === 'returned').map(({ payout }) => payout.id);
  const flagged = returned.length === 0 ? [] : await flagReturned(tx, returned, now);
  await issueInvoices(
    tx,
    parts,
    steps.map(({ payout, outcome }) => ({ payoutId: payout.id, outcome })),
    context,
    now,
  );
  const runIds = [...new Set(steps.map(({ payout }) => payout.runId))].sort();
  const hashes = await refreshRuns(tx, runIds);
  await parts.outbox.append(tx, context, [
    ...steps.map((step) => ({
      ...stepEvent(step.payout, step.outcome, hashes.get(step.payout.runId) ?? '', now),
      context: contextFor(step),
    })),
    ...flagged.map((method) => methodEvent(method, 'returned', context, now)),
  ]);
  crashAround(tx, parts, ...steps.map(({ outcome }) => outcome));
}

/** Applies the reports one after the other to the payouts in memory. */
function takeSteps(payouts: ReadonlyMap<string, PayoutRow>, reports: readonly PayoutReport[]) {
  const steps: Step[] = [];
  const conflicts: Recorded['conflicts'] = [];
  for (const { payoutId, outcome, reference, reason } of reports) {
    const payout = payouts.get(payoutId);
    if (!payout) continue;
    const next = advance(payout.status, outcome);
    if ('conflict' in next) conflicts.push({ payoutId, outcome, conflict: next.conflict });
    else if (next.steps.length > 0) {
      payout.railReference = reference ?? payout.railReference;
      payout.reason = reason ?? (outcome === 'failed' || outcome === 'unknown' || outcome === 'returned' ? payout.reason : null);
      for (const step of next.steps) {
        steps.push({ payout, outcome: step, before: payout.status });
        payout.status = step;
      }
    }
  }
  return { steps, conflicts };
}

function postingsOf(now: Date) {
  return ({ payout, outcome, before }: Step): Posting[] => {
    // A second posting with the same key is not written: a payout that was unknown first is handed to its rail once.
    if (outcome === 'submitted' || outcome === 'unknown') return [handedToRail(payout, now)];
    if (outcome === 'settled') return [handedToRail(payout, now), settlement(payout, now)];
    if (outcome === 'returned') return [returned(payout, now), ...exchangedBack(payout, now)];
    const released = [release(payout, now), ...exchangedBack(payout, now)];
    return before === 'submitted' || before === 'unknown' ? [backFromRail(payout, now), ...released] : released;
  };
}

async function storePayouts(tx: Tx, payouts: readonly PayoutRow[], now: Date): Promise<void> {
  const unique = [...new Map(payouts.map((payout) => [payout.id, payout])).values()];
  const waiting = (payout: PayoutRow) => payout.status === 'submitted' || payout.status === 'unknown';
  await tx.query(
    `UPDATE payout SET status = said.status, rail_reference = said.reference, reason = said.reason, next_lookup_at = said.next_lookup_at,
       settled_at = CASE WHEN said.settled AND payout.settled_at IS NULL THEN $7::timestamptz ELSE payout.settled_at END
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::boolean[]) AS said (id, status, reference, reason, next_lookup_at, settled)
     WHERE payout.id = said.id`,
    [
      unique.map(({ id }) => id),
      unique.map(({ status }) => status),
      unique.map(({ railReference }) => railReference),
      unique.map(({ reason }) => reason),
      unique.map((payout) => (waiting(payout) ? new Date(now.getTime() + nextLookupDelayMs(payout.lookups)) : null)),
      unique.map(({ status }) => status === 'settled' || status === 'returned'),
      now,
    ],
  );
}

/** Settled entries are paid; those of failed and returned payouts go free and lie where they belong by now. */
async function moveEntries(tx: Tx, { outbox }: Parts, steps: readonly Step[], context: EventContext, now: Date): Promise<void> {
  const idsOf = (...outcomes: ReportedOutcome[]) => [
    ...new Set(steps.filter(({ outcome }) => outcomes.includes(outcome)).map(({ payout }) => payout.id)),
  ];
  await awaitPolicies(
    tx,
    steps.map(({ payout }) => payout.brandId),
  );
  const paid = await tx.query<{ id: string }>(
    `UPDATE entry SET bucket = 'paid', paid_at = payout.settled_at, version = version + 1 FROM payout
     WHERE payout.id = entry.payout_id AND payout_id = ANY ($1) RETURNING entry.id`,
    [idsOf('settled')],
  );
  const freed = await tx.query<{ id: string }>(
    `UPDATE entry SET bucket = 'payable', payout_id = NULL, run_id = NULL, paid_at = NULL, version = version + 1 WHERE payout_id = ANY ($1) RETURNING id`,
    [idsOf('failed', 'returned')],
  );
  await tx.query('UPDATE payout_line SET open_item_id = NULL WHERE payout_id = ANY ($1)', [idsOf('failed', 'returned')]);
  await reconsider(
    tx,
    outbox,
    [...paid.rows, ...freed.rows].map(({ id }) => id),
    { byEntry: new Map(), otherwise: context },
    now,
  );
}

/** Runs follow their payouts. Returns their content hashes. */
async function refreshRuns(tx: Tx, runIds: readonly string[]): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const runId of runIds) {
    const run = await lockRun(tx, runId);
    if (!run) continue;
    hashes.set(runId, run.contentHash);
    // Each state is asked for by itself: that is a look-up, however long the run is.
    const { rows } = await tx.query<{ status: PayoutRow['status'] }>(
      'SELECT status FROM unnest($2::text[]) AS each (status) WHERE EXISTS (SELECT 1 FROM payout WHERE run_id = $1 AND payout.status = each.status)',
      [runId, payoutStatuses],
    );
    const status = runStatusAfter(
      run.status,
      rows.map((row) => row.status),
    );
    if (status !== run.status) await tx.query('UPDATE payout_run SET status = $2 WHERE id = $1', [runId, status]);
  }
  return hashes;
}

const eventTypes = {
  submitted: 'payouts.payout.submitted.v1',
  unknown: 'payouts.payout.outcome-unknown.v1',
  settled: 'payouts.payout.settled.v1',
  failed: 'payouts.payout.failed.v1',
  returned: 'payouts.payout.returned.v1',
} as const;

function stepEvent(payout: PayoutRow, outcome: ReportedOutcome, contentHash: string, now: Date): NewEvent {
  const { id: subject, partnerId, brandId, rail, railKey, railReference, reason } = payout;
  const said = { rail, railKey, railReference, reason, contentHash, at: now.toISOString() };
  return { type: eventTypes[outcome], subject, partnerId, brandId, data: { ...payoutFacts(payout), ...said } };
}
