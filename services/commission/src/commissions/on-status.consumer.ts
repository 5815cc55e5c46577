import { contextOf, type EventOf, type Tx } from '@tributary/messaging';
import type { RateThese } from '../shared/rate-again.js';

type Decided = EventOf<'approvals.commission.approved.v1' | 'approvals.commission.held.v1' | 'approvals.commission.rejected.v1'>;
type Stepped = EventOf<
  'payouts.payout.submitted.v1' | 'payouts.payout.settled.v1' | 'payouts.payout.failed.v1' | 'payouts.payout.returned.v1'
>;
type State = 'created' | 'submitted' | 'settled' | 'failed' | 'returned';

/** A payout only goes forward: the highest step told of it holds, in whatever order the steps are told. */
const steps: Record<State, number> = { created: 1, submitted: 2, settled: 3, failed: 3, returned: 4 };

/** Keeps the highest decision of approvals about each entry. Its entry need not have been seen: it is joined when it is read. */
const onDecided =
  (outcome: 'approved' | 'held' | 'rejected') =>
  async (tx: Tx, events: readonly Decided[]): Promise<void> => {
    const highest = new Map<string, Decided['data']>();
    for (const { data } of events) if (data.decision > (highest.get(data.entryId)?.decision ?? 0)) highest.set(data.entryId, data);
    const rows = [...highest.values()];
    await tx.query(
      `INSERT INTO entry_decision (entry_id, brand_id, decision, outcome, reason)
       SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[]) AS new(entry_id) ORDER BY new.entry_id
       ON CONFLICT (entry_id) DO UPDATE SET decision = excluded.decision, outcome = excluded.outcome, reason = excluded.reason WHERE excluded.decision > entry_decision.decision`,
      [
        rows.map((one) => one.entryId),
        rows.map((one) => one.brandId),
        rows.map((one) => one.decision),
        rows.map(() => outcome),
        rows.map((one) => one.reason),
      ],
    );
  };

export const onCommissionApproved = onDecided('approved');
export const onCommissionHeld = onDecided('held');
export const onCommissionRejected = onDecided('rejected');

/** Whether a reversal takes nothing back, and why. Its entry need not have been seen either. */
export async function onWriteOffChanged(tx: Tx, events: readonly EventOf<'payouts.write-off.changed.v1'>[]): Promise<void> {
  const highest = new Map<string, (typeof events)[number]>();
  for (const event of events)
    if ((event.sequence ?? 0) > (highest.get(event.data.entryId)?.sequence ?? -1)) highest.set(event.data.entryId, event);
  const rows = [...highest.values()];
  await tx.query(
    `INSERT INTO entry_write_off (entry_id, brand_id, sequence, written_off)
     SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::jsonb[]) AS new(entry_id) ORDER BY new.entry_id
     ON CONFLICT (entry_id) DO UPDATE SET sequence = excluded.sequence, written_off = excluded.written_off WHERE excluded.sequence > entry_write_off.sequence`,
    [
      rows.map(({ data }) => data.entryId),
      rows.map(({ data }) => data.brandId),
      rows.map(({ sequence }) => sequence ?? 0),
      rows.map(({ data }) => data.writtenOff && JSON.stringify(data.writtenOff)),
    ],
  );
}

interface Parts {
  rateThese: RateThese;
  clock: { now(): Date };
}

/** Which entries a payout pays, and that it exists. */
export const onPayoutCreated =
  (parts: Parts) =>
  async (tx: Tx, events: readonly EventOf<'payouts.payout.created.v1'>[]): Promise<void> => {
    const lines = events.flatMap(({ data }) =>
      data.lines.map(({ entryId }) => ({ entryId, payoutId: data.payoutId, brandId: data.brandId })),
    );
    await tx.query(
      'INSERT INTO payout_line (entry_id, payout_id, brand_id) SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING',
      [lines.map((line) => line.entryId), lines.map((line) => line.payoutId), lines.map((line) => line.brandId)],
    );
    await saveProgress(tx, 'created', events);
    await rateWhatIsPaid(tx, parts, events);
  };

const onStepped =
  (state: State) =>
  (tx: Tx, events: readonly Stepped[]): Promise<void> =>
    saveProgress(tx, state, events);

export const onPayoutSubmitted = onStepped('submitted');
export const onPayoutFailed = onStepped('failed');

/** What is paid may be settled for good, or open again: scales that lift only what is unpaid go by it. */
const onMoneyMoved =
  (state: State) =>
  (parts: Parts) =>
  async (tx: Tx, events: readonly Stepped[]): Promise<void> => {
    await saveProgress(tx, state, events);
    await rateWhatIsPaid(tx, parts, events);
  };
export const onPayoutSettled = onMoneyMoved('settled');
export const onPayoutReturned = onMoneyMoved('returned');

type Told = EventOf<'payouts.payout.created.v1'> | Stepped;

async function saveProgress(tx: Tx, state: State, told: readonly Told[]): Promise<void> {
  const payouts = [...new Map(told.map(({ data }) => [data.payoutId, data])).values()];
  const settledAt = (data: Told['data']): string | null => (state === 'settled' && 'at' in data ? data.at : null);
  await tx.query(
    `INSERT INTO payout_progress (payout_id, brand_id, step, state, settled_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[], $4::text[], $5::timestamptz[]) AS new(payout_id) ORDER BY new.payout_id
     ON CONFLICT (payout_id) DO UPDATE SET step = excluded.step, state = excluded.state, settled_at = excluded.settled_at WHERE excluded.step > payout_progress.step`,
    [
      payouts.map(({ payoutId }) => payoutId),
      payouts.map(({ brandId }) => brandId),
      payouts.map(() => steps[state]),
      payouts.map(() => state),
      payouts.map(settledAt),
    ],
  );
}

async function rateWhatIsPaid(tx: Tx, { rateThese, clock }: Parts, events: readonly Told[]): Promise<void> {
  const [first] = events;
  if (first === undefined) return;
  const { rows } = await tx.query<{ conversionId: string }>(
    `SELECT DISTINCT entry.conversion_id AS "conversionId" FROM payout_line AS line JOIN payout_progress AS payout USING (payout_id)
       JOIN commission_entry AS entry ON entry.entry_id = line.entry_id
       JOIN stream_record AS record ON record.conversion_id = entry.conversion_id AND record.scope = entry.scope
       JOIN deal_version AS deal ON deal.deal_id = entry.deal_id AND deal.version = entry.deal_version
     WHERE line.payout_id = ANY($1) AND payout.state IN ('settled', 'returned') AND deal.terms::jsonb @? '$.components[*].tiers ? (@.retroactive == "unpaid")'`,
    [events.map(({ data }) => data.payoutId)],
  );
  const conversionIds = rows.map(({ conversionId }) => conversionId);
  await rateThese(tx, conversionIds, contextOf(first, 'commission'), clock.now());
}
