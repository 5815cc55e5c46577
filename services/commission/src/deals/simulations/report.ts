import type { Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { bandsOf, ExactTally, shareOf, Tally } from './domain/tally.js';
import { type Concerned, concernedIn, lastExplained, postedFor, postedIn, type Window } from './simulation-store.js';

/** An entry that the rehearsal posted. */
export interface Rehearsed {
  entryId: string;
  scope: string;
  /** Null of what is rated by the month. */
  conversionId: string | null;
  occurredAt: Date;
  partnerId: string;
  component: string;
  period: string;
  currency: string;
  amount: bigint;
}

/** Conversions looked at in one statement. */
const chunkSize = 1000;

type Line = { partnerId: string; component: string; period: string; currency: string };

/** What is added up, conversion by conversion. */
class Sums {
  readonly lines = new Tally<Line>();
  readonly totals = new Tally<{ currency: string }>();
  /** What everybody earns of the conversions of a partner, where it has the currency of the revenue. */
  readonly cost = new Tally<{ currency: string; partnerId: string }>();
  readonly revenue = new Map<string, bigint>();
  readonly touched = new Map<string, Set<string>>();
  readonly bands = { before: new ExactTally(), after: new ExactTally() };
  readonly touchedAtAll = new Set<string>();
  conversions = 0;
}

/** Holds what the journal has now, inside of the transaction that is going to be rolled back, against what it had before. */
export async function reportOf(
  tx: Tx,
  window: Window,
  conversionIds: ReadonlySet<string>,
  entries: readonly Rehearsed[],
  withBands: boolean,
) {
  const made = new Map<string, Rehearsed[]>();
  for (const entry of entries) {
    if (entry.conversionId === null) continue;
    const own = made.get(entry.conversionId);
    if (own) own.push(entry);
    else made.set(entry.conversionId, [entry]);
  }
  const all = [...new Set([...conversionIds, ...made.keys()])];
  const sums = new Sums();
  for (let at = 0; at < all.length; at += chunkSize) await addChunk(tx, window, all.slice(at, at + chunkSize), made, sums, withBands);
  await addMonths(tx, window, entries, sums);
  return viewOf(sums);
}

/** Closed months that come to something else: their statements post the difference as an activation would. */
async function addMonths(tx: Tx, { from, to }: Window, entries: readonly Rehearsed[], sums: Sums): Promise<void> {
  const isWithin = (at: Date): boolean => at >= new Date(from) && (to === null || at < new Date(to));
  const fresh = entries.filter(({ conversionId, occurredAt }) => conversionId === null && isWithin(occurredAt));
  const scopes = [...new Set(fresh.map(({ scope }) => scope))];
  for (const { amount, ...line } of await postedIn(tx, scopes)) add(sums, undefined, line, amount, amount);
  for (const { amount, partnerId, component, period, currency } of fresh)
    add(sums, undefined, { partnerId, component, period, currency }, -amount, 0n);
}

async function addChunk(
  tx: Tx,
  window: Window,
  chunk: readonly string[],
  made: ReadonlyMap<string, readonly Rehearsed[]>,
  sums: Sums,
  withBands: boolean,
): Promise<void> {
  const concerned = new Map((await concernedIn(tx, chunk, window)).map((one) => [one.conversionId, one]));
  const ids = [...concerned.keys()];
  sums.conversions += ids.length;
  for (const one of concerned.values()) addRevenue(sums, one);
  for (const { conversionId, amount, ...line } of await postedFor(tx, ids)) add(sums, concerned.get(conversionId), line, amount, amount);
  const fresh = ids.flatMap((id) => made.get(id) ?? []);
  for (const { conversionId, amount, partnerId, component, period, currency } of fresh) {
    add(sums, concerned.get(conversionId ?? ''), { partnerId, component, period, currency }, -amount, 0n);
    sums.touchedAtAll.add(conversionId ?? '');
    sums.touched.set(partnerId, (sums.touched.get(partnerId) ?? new Set()).add(conversionId ?? ''));
  }
  if (!withBands) return;
  const without = fresh.map(({ entryId }) => entryId);
  await addBands(tx, ids, without, sums.bands.before);
  await addBands(tx, ids, [], sums.bands.after);
}

async function addBands(tx: Tx, ids: readonly string[], without: readonly string[], to: ExactTally): Promise<void> {
  for (const { partnerId, component, currency, ...explained } of await lastExplained(tx, ids, without)) {
    for (const { band, value } of bandsOf(explained)) to.add(JSON.stringify([partnerId, component, band, currency]), value);
  }
}

function addRevenue(sums: Sums, { partnerId, currency, revenue }: Concerned): void {
  if (partnerId === null || currency === null) return;
  const key = JSON.stringify([currency, partnerId]);
  sums.revenue.set(key, (sums.revenue.get(key) ?? 0n) + revenue);
}

function add(sums: Sums, of: Concerned | undefined, line: Line, before: bigint, after: bigint): void {
  const { currency } = line;
  sums.lines.add(line, before, after);
  sums.totals.add({ currency }, before, after);
  if (of?.partnerId && of.currency === currency) sums.cost.add({ currency, partnerId: of.partnerId }, before, after);
}

const wire = ({ before, after }: { before: bigint; after: bigint }) => ({
  before: toWireAmount(before),
  after: toWireAmount(after),
  difference: toWireAmount(after - before),
});

function viewOf(sums: Sums) {
  const lines = sums.lines.list();
  const bands = bandLines(sums);
  const partnerIds = [...new Set([...lines, ...bands].map(({ partnerId }) => partnerId))].sort();
  return {
    conversions: sums.conversions,
    touched: sums.touchedAtAll.size,
    totals: sums.totals.list().map(({ currency, ...amounts }) => ({ currency, ...wire(amounts) })),
    partners: partnerIds.map((partnerId) => ({
      partnerId,
      touched: sums.touched.get(partnerId)?.size ?? 0,
      lines: lines
        .filter((line) => line.partnerId === partnerId)
        .map(({ component, period, currency, ...amounts }) => ({ component, period, currency, ...wire(amounts) })),
      bands: bands
        .filter((line) => line.partnerId === partnerId)
        .map(({ component, band, currency, ...amounts }) => ({ component, band, currency, ...wire(amounts) })),
    })),
    margin: marginOf(sums),
  };
}

function bandLines({ bands }: Sums) {
  const names = [...new Set([...bands.before.names(), ...bands.after.names()])].sort();
  return names.map((name) => {
    const [partnerId, component, band, currency] = JSON.parse(name) as [string, string, string, string];
    return { partnerId, component, band, currency, before: bands.before.rounded(name), after: bands.after.rounded(name) };
  });
}

function marginOf({ cost, revenue }: Sums) {
  const byCurrency = new Map<string, { partnerId: string; revenue: bigint; before: bigint; after: bigint }[]>();
  const costs = new Map(cost.list().map(({ currency, partnerId, ...amounts }) => [JSON.stringify([currency, partnerId]), amounts]));
  for (const [key, own] of revenue) {
    const [currency, partnerId] = JSON.parse(key) as [string, string];
    const { before, after } = costs.get(key) ?? { before: 0n, after: 0n };
    byCurrency.set(currency, [...(byCurrency.get(currency) ?? []), { partnerId, revenue: own, before, after }]);
  }
  return [...byCurrency].sort().map(([currency, partners]) => {
    const sum = (of: (one: (typeof partners)[number]) => bigint) => partners.reduce((total, one) => total + of(one), 0n);
    const whole = sum((one) => one.revenue);
    const highest = partners
      .filter((one) => one.revenue > 0n)
      .reduce<(typeof partners)[number] | null>((top, one) => (top === null || costsMore(one, top) ? one : top), null);
    return {
      currency,
      revenue: toWireAmount(whole),
      before: shareOf(
        sum((one) => one.before),
        whole,
      ),
      after: shareOf(
        sum((one) => one.after),
        whole,
      ),
      highest: highest && {
        partnerId: highest.partnerId,
        revenue: toWireAmount(highest.revenue),
        before: shareOf(highest.before, highest.revenue),
        after: shareOf(highest.after, highest.revenue),
      },
    };
  });
}

/** Whether the one's conversions would cost a larger share of their revenue; of two alike the lower id, so that the answer is one. */
function costsMore(a: { partnerId: string; revenue: bigint; after: bigint }, b: typeof a): boolean {
  const difference = a.after * b.revenue - b.after * a.revenue;
  return difference === 0n ? a.partnerId < b.partnerId : difference > 0n;
}
