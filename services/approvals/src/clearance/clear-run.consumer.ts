import { type EventOf, newId } from '@tributary/contracts';
import { contextOf, NotYet, type Outbox, type Tx } from '@tributary/messaging';
import type { Clock } from '@tributary/service-kit';
import type { ProfileStore } from '../shared/profile-store.js';
import type { ClearanceStore, SealedContent } from './clearance-store.js';
import { type ClearanceDecision, findingsOf, RunCheck } from './domain/check-run.js';

type Sealed = EventOf<'payouts.run.sealed.v1'>;
export interface ClearanceParts {
  profiles: ProfileStore;
  clearances: ClearanceStore;
  outbox: Outbox;
  clock: Clock;
}

export const onPayoutCreated =
  ({ clearances }: ClearanceParts) =>
  (tx: Tx, events: readonly EventOf<'payouts.payout.created.v1'>[]) =>
    clearances.saveParts(tx, events);

/** Checks the sealed content of each run once more, under locks that a risk hit would need too, and clears or refuses exactly it. */
export const onRunSealed = (parts: ClearanceParts) => async (tx: Tx, events: readonly Sealed[]) => {
  for (const event of events) {
    if (!(await parts.clearances.saveSeal(tx, event.data))) continue;
    const missing = await parts.clearances.missingPayout(tx, event.data);
    if (missing) throw new NotYet(`lines of payout ${missing}`);
    await publish(parts, tx, event, await checkSealed(parts, tx, event.data));
  }
};

async function checkSealed({ clearances, profiles }: ClearanceParts, tx: Tx, seal: SealedContent): Promise<ClearanceDecision> {
  await clearances.lockRun(tx, seal.runId);
  const check = new RunCheck();
  for await (const payouts of clearances.sealedPayouts(tx, seal)) {
    const entryIds = [...new Set(payouts.flatMap((payout) => payout.lines.map((line) => line.entryId)))].sort();
    const partners = await profiles.partners(tx, [...new Set(payouts.map((payout) => payout.partnerId))].sort());
    const entries = await clearances.entriesOf(tx, entryIds);
    const unknown = entryIds.find((entryId) => !entries.has(entryId));
    if (unknown) throw new NotYet(`approval of entry ${unknown}`);
    check.add(findingsOf(payouts, entries, partners));
  }
  check.add({ 'no-entry-twice': await clearances.repeatedEntries(tx, seal) });
  return check.decision();
}

async function publish(parts: ClearanceParts, tx: Tx, event: Sealed, decision: ClearanceDecision): Promise<void> {
  const { runId, contentHash } = event.data;
  const now = parts.clock.now();
  const id = newId('clearance');
  const reason = decision.cleared ? null : decision.reason;
  const fresh = await parts.clearances.insert(tx, {
    id,
    runId,
    contentHash,
    outcome: decision.cleared ? 'cleared' : 'refused',
    reason,
    checks: decision.checks,
    decidedAt: now,
  });
  if (!fresh) return;
  const at = now.toISOString();
  const fact = decision.cleared
    ? ({
        type: 'approvals.run.cleared.v1',
        subject: runId,
        time: now,
        data: { clearanceId: id, runId, contentHash, checks: decision.checks, clearedAt: at },
      } as const)
    : ({
        type: 'approvals.run.refused.v1',
        subject: runId,
        time: now,
        data: { runId, contentHash, reason: decision.reason, entryIds: decision.entryIds, refusedAt: at },
      } as const);
  await parts.outbox.append(tx, contextOf(event, 'approvals'), [fact]);
}
