import type { Tx } from '@tributary/messaging';
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
import { type Finding, freezeChanged, hashOfFindings, isOpen, lockFreeze, storeFreeze } from './freeze-store.js';
import { type TakenUp, takeUp, takeUpRequests, type Waiting } from './take-up.js';

/** So many look-ups in a row of a rail may break off before the rest of them is put off. */
const patience = 5;

/**
 * The job, while payouts are frozen: takes up what the journal says was sent, asks the rails about all that is open, and writes down
 * what it found. It looks again as long as something is not clear.
 */
export async function compareWithRails(parts: Parts, now: Date): Promise<void> {
  const freeze = await parts.db.tx(everyBrand, (tx) => lockFreeze(tx));
  if (!freeze || (freeze.checkedAt !== null && !freeze.findings.some(isOpen))) return;
  const found = new Map(freeze.findings.filter((finding) => !isOpen(finding)).map((finding) => [finding.payoutId, finding]));
  let open: Finding[] = [];
  // What one payout gives back, because its rail refused it, another one may have been sent with.
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    const round = [...(await takeUpAll(parts, now)), ...(await askAll(parts, now))];
    open = round.filter(isOpen);
    for (const finding of round) if (!isOpen(finding) && !found.has(finding.payoutId)) found.set(finding.payoutId, finding);
  }
  const findings = [...found.values(), ...open].sort((a, b) => (a.payoutId < b.payoutId ? -1 : 1));
  await parts.db.tx(everyBrand, async (tx) => {
    const current = await lockFreeze(tx, freeze.id);
    if (!current || current.releasedAt !== null) return;
    const findingsHash = hashOfFindings(findings);
    const same = findingsHash === current.findingsHash;
    // A release that was proposed was of other findings.
    const proposal = same ? {} : { releaseReason: null, proposedBy: null, proposedAt: null };
    const checked = await storeFreeze(tx, current, { checkedAt: now, findings, findingsHash, ...proposal });
    if (!same) await parts.outbox.append(tx, contextOfSystem(parts), [freezeChanged(checked, now)]);
  });
}

async function takeUpAll(parts: Parts, now: Date): Promise<Finding[]> {
  const findings: Finding[] = [];
  const refused = await refusedByRails(parts);
  for await (const records of parts.journal.read()) {
    await parts.db.tx(everyBrand, (tx) => takeUpRequests(tx, records));
    for (const record of await unknownTo(parts, records)) {
      const taken = refused.has(record.id) ? undefined : await takeUp(parts, record, now);
      if (taken) findings.push(await describeTaken(parts, taken));
    }
  }
  return findings;
}

async function refusedByRails({ journal }: Parts): Promise<Set<string>> {
  const refused = new Set<string>();
  for await (const records of journal.read()) for (const { kind, id } of records) if (kind === 'refused') refused.add(id);
  return refused;
}

async function describeTaken({ db }: Parts, taken: TakenUp | Waiting): Promise<Finding> {
  if ('why' in taken) {
    const { why, amount, ...facts } = taken;
    return { ...facts, kind: 'waiting', amount: toWireAmount(amount), detail: why };
  }
  const { payoutId, kind } = taken;
  const detail = kind === 'taken-up' ? 'not in the books of the backup' : 'not sent yet by the books of the backup';
  return db.tx(everyBrand, (tx) => findingOf(tx, payoutId, kind, detail));
}

async function findingOf(tx: Tx, payoutId: string, kind: Finding['kind'], detail: string): Promise<Finding> {
  const { rows } = await tx.query<PayoutRow>(`SELECT ${payoutColumns} FROM payout WHERE id = $1`, [payoutId]);
  const [payout] = rows;
  if (!payout) throw new Error(`${payoutId} was not taken up`);
  return describe(payout, kind, detail);
}

const describe = ({ id: payoutId, brandId, rail, amount, currency }: PayoutRow, kind: Finding['kind'], detail: string): Finding => ({
  payoutId,
  brandId,
  kind,
  rail,
  amount: toWireAmount(amount),
  currency,
  detail,
});

/** Every payout that a rail may know more about than we do, tried or not. */
async function askAll(parts: Parts, now: Date): Promise<Finding[]> {
  const { rows } = await parts.db.pool.query<PayoutRow>(
    `SELECT ${payoutColumns} FROM payout WHERE status IN ('draft', 'approved', 'cleared', 'submitted', 'unknown') ORDER BY rail, id`,
  );
  const findings: Finding[] = [];
  const silent = new Map<string, number>();
  for (const payout of rows) {
    const state = (silent.get(payout.rail) ?? 0) < patience ? await ask(parts, payout, now) : undefined;
    silent.set(payout.rail, state ? 0 : (silent.get(payout.rail) ?? 0) + 1);
    if (state instanceof PaidOtherwise) findings.push(...(await believeOtherwise(parts, payout, state, now)));
    else if (state === undefined) findings.push(describe(payout, 'not-asked', 'the rail could not be asked'));
    else if (state.state !== 'not-found') findings.push(...(await believe(parts, payout, reportOfState(payout.id, state), now)));
  }
  return findings;
}

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

/** What the rail has was sent, whatever the books say of it. */
const believe = (parts: Parts, payout: PayoutRow, report: PayoutReport, now: Date): Promise<Finding[]> =>
  take(parts, payout, now, (tx) => recordReports(tx, parts, [report], contextOfSystem(parts), now));

/** It was sent, if not as it was asked to be: that is for a person to explain, and nothing that the freeze waits for. */
const believeOtherwise = (parts: Parts, payout: PayoutRow, otherwise: PaidOtherwise, now: Date): Promise<Finding[]> =>
  take(parts, payout, now, async (tx) => {
    const report = { payoutId: payout.id, outcome: 'unknown', reference: null, reason: otherwise.message } as const;
    await recordReports(tx, parts, [report], contextOfSystem(parts), now);
    await openPaidOtherwise(tx, parts, payout, otherwise, contextOfSystem(parts), now);
  });

async function take(parts: Parts, payout: PayoutRow, now: Date, write: (tx: Tx) => Promise<unknown>): Promise<Finding[]> {
  const untried = payout.attemptedAt === null;
  await parts.db.tx(everyBrand, async (tx) => {
    if (untried) {
      await tx.query(`SELECT set_config('payouts.taking_up', 'on', true)`);
      await tx.query(`UPDATE payout SET status = 'cleared', attempted_at = $2 WHERE id = $1 AND attempted_at IS NULL`, [payout.id, now]);
    }
    await write(tx);
  });
  return untried ? [describe(payout, 'was-sent', 'not sent yet by the books of the backup; the rail has it')] : [];
}
