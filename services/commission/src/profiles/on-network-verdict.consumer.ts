import { isId } from '@tributary/contracts';
import { contextOf, type EventOf, type Tx } from '@tributary/messaging';
import type { RateAgain, RateThese } from '../shared/rate-again.js';
import { lockBooks } from './brand-store.js';
import { saveVerdicts, type VerdictAt } from './network-verdict-store.js';

type Told = EventOf<'approvals.network-verdict.recorded.v1'>;

/**
 * Keeps from what networks conversions and customers came, and rates again what that may change: the conversion, or what the customer has
 * done since it was seen there. Unknown is never a no: where the adapter was away, nothing changes.
 */
export const onNetworkVerdict =
  (parts: { rateAgain: RateAgain; rateThese: RateThese; clock: { now(): Date } }) =>
  async (tx: Tx, all: readonly Told[]): Promise<void> => {
    const told = all.flatMap((event) => verdictIn(event).map((verdict) => ({ event, verdict })));
    const [first] = told;
    if (first === undefined) return;
    // What is being rated without them is finished first, and rated again below.
    await lockBooks(tx, [...new Set(told.map(({ verdict }) => verdict.brandId))]);
    const fresh = await saveVerdicts(
      tx,
      told.map(({ verdict }) => verdict),
    );
    const now = parts.clock.now();
    const changed = told.filter(({ verdict }) => fresh.has(verdict.signalId));
    const conversions = changed.map(({ verdict }) => verdict.subjectId).filter((id) => isId('conversion', id));
    await parts.rateThese(tx, [...new Set(conversions)], contextOf(first.event, 'commission'), now);
    for (const { event, verdict } of firstOfCustomers(changed)) {
      const { brandId, subjectId, seenAt } = verdict;
      const affected = { brandId, partnerId: null, customerId: subjectId, from: seenAt, trigger: 'circumstances' } as const;
      await parts.rateAgain(tx, affected, contextOf(event, 'commission'), now);
    }
  };

/** Of each customer the verdict seen first: what it may change holds all that the others may. */
function firstOfCustomers<T extends { verdict: VerdictAt }>(told: readonly T[]): T[] {
  const first = new Map<string, T>();
  for (const one of told.filter(({ verdict }) => isId('customer', verdict.subjectId))) {
    const { brandId, subjectId, seenAt } = one.verdict;
    const known = first.get(`${brandId} ${subjectId}`);
    if (known === undefined || Date.parse(seenAt) < Date.parse(known.verdict.seenAt)) first.set(`${brandId} ${subjectId}`, one);
  }
  return [...first.values()];
}

function verdictIn({ data: { network, recordedAt: _, ...rest } }: Told): VerdictAt[] {
  return network === 'unknown' ? [] : [{ ...rest, network }];
}
