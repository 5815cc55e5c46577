import type { EventOf, Tx } from '@tributary/messaging';

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

/** Which entries a payout pays, and that it exists. */
export async function onPayoutCreated(tx: Tx, events: readonly EventOf<'payouts.payout.created.v1'>[]): Promise<void> {
  const lines = events.flatMap(({ data }) =>
    data.lines.map(({ entryId }) => ({ entryId, payoutId: data.payoutId, brandId: data.brandId })),
  );
  await tx.query(
    'INSERT INTO payout_line (entry_id, payout_id, brand_id) SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING',
    [lines.map((line) => line.entryId), lines.map((line) => line.payoutId), lines.map((line) => line.brandId)],
  );
  await saveProgress(
    tx,
    'created',
    events.map(({ data }) => data),
  );
}

const onStepped =
  (state: State) =>
  (tx: Tx, events: readonly Stepped[]): Promise<void> =>
    saveProgress(
      tx,
      state,
      events.map(({ data }) => data),
    );

export const onPayoutSubmitted = onStepped('submitted');
export const onPayoutSettled = onStepped('settled');
export const onPayoutFailed = onStepped('failed');
export const onPayoutReturned = onStepped('returned');

async function saveProgress(tx: Tx, state: State, told: readonly { payoutId: string; brandId: string }[]): Promise<void> {
  const payouts = [...new Map(told.map((one) => [one.payoutId, one])).values()];
  await tx.query(
    `INSERT INTO payout_progress (payout_id, brand_id, step, state)
     SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[], $4::text[]) AS new(payout_id) ORDER BY new.payout_id
     ON CONFLICT (payout_id) DO UPDATE SET step = excluded.step, state = excluded.state WHERE excluded.step > payout_progress.step`,
    [payouts.map((one) => one.payoutId), payouts.map((one) => one.brandId), payouts.map(() => steps[state]), payouts.map(() => state)],
  );
}
