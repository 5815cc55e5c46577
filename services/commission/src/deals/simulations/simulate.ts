import type { Tx } from '@tributary/messaging';
import { Rejected } from '@tributary/service-kit';
import { shareBooks } from '../../profiles/brand-store.js';
import type { RateAllAgain } from '../../shared/rate-again.js';
import { mostConversions, type Rehearse } from '../../shared/rehearsal.js';
import { silence } from '../../shared/silence.js';
import { versionsFor } from '../deal-store.js';
import { planActivation, type Simulated } from './activation.js';
import { type Rehearsed, reportOf } from './report.js';
import { lockConversions } from './simulation-store.js';

/** What was asked, as it is stored. */
export type SimulationRequest = Simulated & { from: string; to?: string | undefined };

/** Puts terms into force as the real command does, rates everything again in the caller's transaction, and tells what that has changed. */
export const simulateWith =
  ({ rateAllAgain }: { rateAllAgain: RateAllAgain }): Rehearse =>
  async (tx, raw, run) => {
    const request = raw as SimulationRequest;
    const { brandId, from, to = null } = request;
    await shareBooks(tx, [brandId]);
    const activation = await planActivation(tx, request, run.actorId, run.now);
    const total = await lockConversions(tx, brandId, activation.partnerIds, activation.effectiveFrom);
    if (total > mostConversions) throw new Rejected('too-many-conversions');
    const rated = new Set<string>();
    const entries: Rehearsed[] = [];
    const rateAgain = rateAllAgain(async (ids, posted) => {
      for (const id of ids) rated.add(id);
      for (const { entryId, scope, conversionId, occurredAt, partnerId, component, period, currency, amount } of posted)
        entries.push({ entryId, scope, conversionId, occurredAt, partnerId, component, period, currency, amount });
      await run.progress(rated.size, total);
    });
    const context = { correlationId: 'simulation', actorId: run.actorId, actorKind: 'system' as const };
    await activation.write(tx, { outbox: silence, rateAgain }, context);
    const window = { brandId, from, to };
    const report = await reportOf(tx, window, rated, entries, await anyTiers(tx, activation.partnerIds, entries));
    return { deals: activation.deals, exceptions: activation.exceptions, ...report };
  };

/** Bands are looked for only where there are any: to read every explanation takes its time. */
async function anyTiers(tx: Tx, partnerIds: readonly string[], entries: readonly Rehearsed[]): Promise<boolean> {
  const earning = new Set([...partnerIds, ...entries.map(({ partnerId }) => partnerId)]);
  const versions = await versionsFor(tx, [...earning], []);
  return versions.some(({ terms }) => terms.components.some(({ tiers }) => tiers !== undefined));
}
