import { toWireAmount } from '@tributary/money';
import { everyBrand, type Parts } from '../parts.js';
import type { PayoutReport } from '../payouts/domain/payout-state.js';
import { reportOfState } from '../payouts/domain/rail-reports.js';
import { PaidOtherwise } from '../rails/domain/paid-otherwise.js';
import type { RailState } from '../rails/domain/rail.js';
import { type PayoutRow, payoutColumns } from '../runs/run-store.js';
import { openPaidOtherwise } from '../shared/paid-otherwise.js';
import { recordReports } from '../shared/record-reports.js';
import { contextOfSystem } from './context.js';
import { unknownTo } from './detect-restore.js';
import { type Finding, freezeChanged, hashOfFindings, isOpen, lockFreeze, storeFreeze, storeTaken, takenDuring } from './freeze-store.js';
import { takeUp, takeUpRequests, type Waiting } from './take-up.js';

/** So many look-ups in a row of a rail may break off before the rest of them is put off. */
const patience = 5;

/** What one look has put into the books, and what it could not clear. */
interface Look {
  taken: number;
  open: Finding[];
}

/**
 * The job, while payouts are frozen: takes up what the journal says was sent, asks the rails about all that is open, and writes down
 * what it found. It looks again as long as something is not clear. Any number of them may compare at the same time.
 */
export async function compareWithRails(parts: Parts, now: Date): Promise<void> {
  const freeze = await parts.db.tx(everyBrand, (tx) => lockFreeze(tx));
  if (!freeze || (freeze.checkedAt !== null && !freeze.findings.some(isOpen))) return;
  let open: Finding[] = [];
  // What one payout gives back, because its rail refused it, another one may have been sent with.
  for (let taken = 1; taken > 0; ) {
    const looks = [await takeUpAll(parts, freeze.id, now), await askAll(parts, freeze.id, now)];
    taken = looks.reduce((sum, look) => sum + look.taken, 0);
    open = looks.flatMap((look) => look.open);
  }
  await parts.db.tx(everyBrand, async (tx) => {
    const current = await lockFreeze(tx, freeze.id);
    if (!current || current.releasedAt !== null) return;
    const findings = [...(await takenDuring(tx, freeze.id)), ...open].sort((a, b) => (a.payoutId < b.payoutId ? -1 : 1));
    const findingsHash = hashOfFindings(findings);
    const same = findingsHash === current.findingsHash;
    // A release that was proposed was of other findings.
    const proposal = same ? {} : { releaseReason: null, proposedBy: null, proposedAt: null };
    const checked = await storeFreeze(tx, current, { checkedAt: now, findings, findingsHash, ...proposal });
    if (!same) await parts.outbox.append(tx, contextOfSystem(parts), [freezeChanged(checked, now)]);
  });
}

async function takeUpAll(parts: Parts, freezeId: string, now: Date): Promise<Look> {
  const look: Look = { taken: 0, open: [] };
  const refused = await refusedByRails(parts);
  for await (const records of parts.journal.read()) {
    await parts.db.tx(everyBrand, (tx) => takeUpRequests(tx, records));
    for (const record of await unknownTo(parts, records)) {
      const taken = refused.has(record.id) ? undefined : await takeUp(parts, freezeId, record, now);
      if (taken === 'taken-up') look.taken += 1;
      else if (taken) look.open.push(describeWaiting(taken));
    }
  }
  return look;
}

async function refusedByRails({ journal }: Parts): Promise<Set<string>> {
  const refused = new Set<string>();
  for await (const records of journal.read()) for (const { kind, id } of records) if (kind === 'refused') refused.add(id);
  return refused;
}

const describeWaiting = ({ why, amount, ...facts }: Waiting): Finding => ({
  ...facts,
  kind: 'waiting',
  amount: toWireAmount(amount),
  detail: why,
});

/** Every payout that a rail may know more about than we do, tried or not. */
async function askAll(parts: Parts, freezeId: string, now: Date): Promise<Look> {
  const { rows } = await parts.db.pool.query<PayoutRow>(
    `SELECT ${payoutColumns} FROM payout WHERE status IN ('draft', 'approved', 'cleared', 'submitted', 'unknown') ORDER BY rail, id`,
  );
  const look: Look = { taken: 0, open: [] };
  const silent = new Map<string, number>();
  for (const payout of rows) {
    const state = (silent.get(payout.rail) ?? 0) < patience ? await ask(parts, payout, now) : undefined;
    silent.set(payout.rail, state ? 0 : (silent.get(payout.rail) ?? 0) + 1);
    if (state === undefined) look.open.push(notAsked(payout));
    else if (await believe(parts, freezeId, payout, state, now)) look.taken += 1;
  }
  return look;
}

const notAsked = ({ id: payoutId, brandId, rail, amount, currency }: PayoutRow): Finding => ({
  payoutId,
  brandId,
  kind: 'not-asked',
  rail,
  amount: toWireAmount(amount),
  currency,
  detail: 'the rail could not be asked',
});

async function ask(parts: Parts, { rail, railKey, id }: PayoutRow, now: Date): Promise<RailState | PaidOtherwise | undefined> {
  return parts.rails
    .get(rail)
    ?.lookup(railKey, now)
    .catch((error: unknown) => {
      if (error instanceof PaidOtherwise) return error;
      parts.log.warn({ err: error, payoutId: id }, 'the rail could not be asked about a payout; payouts stay frozen');
      return undefined;
    });
}

/**
 * What the rail has was sent, whatever the books say of it; if not as it was asked to be, that is for a person to explain, and nothing
 * that the freeze waits for. True when the books did not have it as sent.
 */
async function believe(parts: Parts, freezeId: string, payout: PayoutRow, state: RailState | PaidOtherwise, now: Date): Promise<boolean> {
  if (!(state instanceof PaidOtherwise) && state.state === 'not-found') return false;
  const { id: payoutId } = payout;
  return parts.db.tx(everyBrand, async (tx) => {
    await tx.query(`SELECT set_config('payouts.taking_up', 'on', true)`);
    const { rowCount } = await tx.query(`UPDATE payout SET status = 'cleared', attempted_at = $2 WHERE id = $1 AND attempted_at IS NULL`, [
      payoutId,
      now,
    ]);
    const untried = rowCount === 1;
    if (untried) {
      const detail = 'not sent yet by the books of the backup; the rail has it';
      await storeTaken(tx, { freezeId, payoutId, kind: 'was-sent', detail });
    }
    await recordReports(tx, parts, [reportOf(payoutId, state)], contextOfSystem(parts), now);
    if (state instanceof PaidOtherwise) await openPaidOtherwise(tx, parts, payout, state, contextOfSystem(parts), now);
    return untried;
  });
}

const reportOf = (payoutId: string, state: Exclude<RailState, { state: 'not-found' }> | PaidOtherwise): PayoutReport =>
  state instanceof PaidOtherwise
    ? { payoutId, outcome: 'unknown', reference: null, reason: state.message }
    : reportOfState(payoutId, state);
