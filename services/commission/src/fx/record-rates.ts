import type { EventContext, NewEvent, Outbox, Tx } from '@tributary/messaging';
import { groupBy } from '../shared/domain/group-by.js';
import type { OnRatesRecorded } from '../shared/on-rates-recorded.js';
import { decideRates, type RateDecision, type ReportedRate, type StoredRate } from './domain/decide-rates.js';
import { insertRates, lockRates, ratesLike } from './rate-store.js';

export interface RateParts {
  outbox: Outbox;
  onRatesRecorded: OnRatesRecorded;
}

/** Rates that one statement carries: a file of the whole history is hundreds of thousands. */
const chunk = 20_000;

/** Records what is new of the reported rates and says what became of each. */
export async function recordRates(
  tx: Tx,
  { outbox, onRatesRecorded }: RateParts,
  reported: readonly ReportedRate[],
  context: EventContext,
  now: Date,
): Promise<RateDecision[]> {
  await lockRates(tx);
  const decisions: RateDecision[] = [];
  const recorded: StoredRate[] = [];
  for (let from = 0; from < reported.length; from += chunk) {
    const some = reported.slice(from, from + chunk);
    const decided = decideRates(some, await ratesLike(tx, some), now.toISOString());
    const fresh = decided.flatMap((one) => (one.outcome === 'recorded' ? [one.rate] : []));
    await insertRates(tx, fresh, now, context.actorId);
    decisions.push(...decided);
    recorded.push(...fresh);
  }
  await outbox.append(tx, context, eventsOf(recorded, now));
  const counting = recorded.flatMap(({ counts, ...rate }) => (counts ? [rate] : []));
  if (counting.length > 0) await onRatesRecorded(tx, counting, context, now);
  return decisions;
}

/** One event for the rates of a base, day and source: what a bank publishes in one go. */
function eventsOf(rates: readonly StoredRate[], now: Date): NewEvent[] {
  return [...groupBy(rates, ({ base, date, source }) => `${base}/${date}/${source}`)].flatMap(([subject, [first, ...more]]) => {
    if (first === undefined) return [];
    const { base, date, source, recordedAt } = first;
    const quoted = [first, ...more].map(({ quote, rate, counts }) => ({ quote, rate, counts }));
    return [{ type: 'commission.fx-rate.recorded.v1', subject, time: now, data: { base, date, source, recordedAt, rates: quoted } }];
  });
}
