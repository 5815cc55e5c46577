import { amendedFrom, dealKind, eventIdOf, idOf, isAmended, months, type Place, type Told, termsOf } from './story.js';

// What everybody should have in the end, worked out the plain way: sort, count, add up. It knows the terms as documents and shares
// no code with the engine. Exact numbers are integers of a hundred-millionth of a cent.

const one = 10n ** 8n;
type Exact = bigint;
const whole = (n: number | bigint): Exact => BigInt(n) * one;
function exactly(text: string | number): Exact {
  const [front = '0', digits = ''] = String(text).split('.');
  return BigInt(front + digits.padEnd(8, '0'));
}
function times(a: Exact, b: Exact): Exact {
  if ((a * b) % one !== 0n) throw new Error(`${a} x ${b} is finer than the oracle's numbers`);
  return (a * b) / one;
}
const rounded = (n: Exact): bigint => (n < 0n ? -((-2n * n + one) / (2n * one)) : (2n * n + one) / (2n * one));
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);

type Terms = ReturnType<typeof termsOf>;
type Component = Terms['components'][number];
type Tiers = NonNullable<Component['tiers']>;

/** Deals by `partner brand`. */
export type Deals = ReadonlyMap<string, string>;
export interface Owed {
  /** Net of each scope that is not at nothing, as `partner scope`. */
  nets: Map<string, bigint>;
  /** What each statement says in all, as `deal month`. */
  statements: Map<string, bigint>;
}

/** A fact with what refunds have left of it. */
interface Fact extends Told {
  left: number | null;
  gone: boolean;
}

/** All that one tree of partners is owed by one brand for its facts. */
export function owedTo(facts: readonly Told[], brand: number, place: Place, deals: Deals, into: Owed): void {
  const happened = leftOf(facts);
  const lines = new Map<number, Map<number, bigint>>();
  for (const partner of new Set(facts.map((fact) => fact.partner))) {
    const own = happened.filter((fact) => fact.partner === partner);
    ownLines(
      { partner, brand, dealId: deals.get(`${partner} ${brand}`) ?? '', partnerId: place.partnerIds[partner] ?? '' },
      own,
      lines,
      into,
    );
  }
  for (const sale of happened.filter(({ kind }) => kind === 'sale')) above(sale, brand, place, deals, lines, into);
}

/** In their order, with what is left of them. */
function leftOf(facts: readonly Told[]): Fact[] {
  const back = new Map(facts.flatMap((fact) => (fact.of === null ? [] : [[fact.of, fact] as const])));
  return facts
    .filter(({ of }) => of === null)
    .map((fact) => {
      const refund = back.get(fact.no);
      const left = refund === undefined ? fact.amount : refund.amount === null ? 0 : Math.max((fact.amount ?? 0) - refund.amount, 0);
      return { ...fact, left, gone: refund !== undefined && left === 0 };
    })
    .sort((a, b) => (a.at === b.at ? (eventIdOf(a.no) < eventIdOf(b.no) ? -1 : 1) : a.at < b.at ? -1 : 1));
}

interface Deal {
  partner: number;
  brand: number;
  dealId: string;
  partnerId: string;
}

function componentAt({ partner, brand }: Pick<Deal, 'partner' | 'brand'>, at: string, name: string): Component | undefined {
  const kind = dealKind(partner, brand);
  const version = isAmended(partner, brand) && at >= amendedFrom(kind) ? 2 : 1;
  return termsOf(kind, partner, version).components.find((component) => component.name === name);
}

function book(into: Owed, partnerId: string, scope: string, net: bigint): void {
  if (net !== 0n) into.nets.set(`${partnerId} ${scope}`, net);
}

/** What a partner's own facts earn: month by month, one after the other. */
function ownLines(deal: Deal, facts: readonly Fact[], lines: Map<number, Map<number, bigint>>, into: Owed): void {
  let open = 0n;
  for (const month of months) {
    const of = facts.filter(({ at }) => at.startsWith(month));
    const earned = new Map<number, Exact>();
    const caps = new Map<string, Exact>();
    const meter = meterOf(deal, of);
    for (const fact of of) {
      const component = componentAt(deal, fact.at, 'main');
      if (component?.on !== fact.kind) continue;
      const by = (part: 'left' | 'before') => amountOf(component, fact, part, meter);
      earned.set(fact.no, capped(component, fact, by, caps));
    }
    for (const [no, exact] of earned) {
      lines.set(no, new Map([[deal.partner, rounded(exact)]]));
      book(into, deal.partnerId, `${idOf(no)}/${deal.dealId}/main/EUR`, rounded(exact));
    }
    const flats = [...earned.values()].reduce((total, exact) => total + rounded(exact), 0n);
    open = monthOf(deal, month, of, flats, open, into);
  }
  const drops = facts.filter(({ at, kind }) => componentAt(deal, at, 'drops')?.on === kind);
  const sum = drops.reduce((total, { at }) => total + exactly(componentAt(deal, at, 'drops')?.amount ?? 0), 0n);
  book(into, deal.partnerId, `${deal.dealId}/drops/EUR/half-away`, rounded(sum));
}

interface Meter {
  before: ReadonlyMap<number, Exact>;
  weight: ReadonlyMap<number, Exact>;
  end: Exact;
}

/** What the scale of the deal has counted before each of the month's facts, what each adds, and what it comes to. */
function meterOf(deal: Deal, facts: readonly Fact[]): Meter {
  const [before, weight] = [new Map<number, Exact>(), new Map<number, Exact>()];
  const seen = new Set<number>();
  let total = 0n;
  for (const fact of facts) {
    const component = componentAt(deal, fact.at, 'main');
    if (component?.on !== fact.kind || !component.tiers) continue;
    const { measure } = component.tiers.metric as { measure: string };
    const again = measure === 'customers' && seen.has(fact.customer);
    const amount = measure === 'amount' ? whole(fact.left ?? 0) : measure === 'quantity' ? exactly(fact.quantity / 100) : one;
    const adds = fact.gone || again ? 0n : amount;
    if (adds > 0n) seen.add(fact.customer);
    before.set(fact.no, total);
    weight.set(fact.no, adds);
    total += adds;
  }
  return { before, weight, end: total };
}

const bandAt = ({ bands }: Tiers, value: Exact): Tiers['bands'][number] | undefined =>
  bands.find(({ upTo }) => upTo === null || upTo === undefined || value <= exactly(upTo));

/** What a fact earns before caps: of what refunds have left, or as if there had been none. */
function amountOf(component: Component, fact: Fact, part: 'left' | 'before', meter: Meter): Exact {
  const { tiers, model, qualify } = component;
  const minimum = qualify?.minAmount ?? 0;
  if ((fact.amount ?? 0) < minimum) return 0n;
  const amount = (part === 'left' ? fact.left : fact.amount) ?? 0;
  const stands = part === 'before' || fact.left === fact.amount || (!fact.gone && amount >= minimum);
  const units = !stands ? 0n : model === 'per-unit' ? exactly(fact.quantity / 100) : model === 'percentage' ? 0n : one;
  const base = model === 'percentage' || model === 'flat-plus-percentage' ? whole(amount) : 0n;
  const by = ({ rate, amount: flat }: { rate?: string | undefined; amount?: string | number | undefined }): Exact =>
    times(base, exactly(rate ?? component.rate ?? 0)) + times(units, exactly(flat ?? component.amount ?? 0));
  if (!tiers) return by({});
  if (base === 0n && units === 0n) return 0n;
  const from = meter.before.get(fact.no) ?? 0n;
  const to = from + (meter.weight.get(fact.no) ?? 0n);
  if (tiers.scale === 'whole')
    return by(bandAt(tiers, tiers.retroactive === 'all' ? meter.end : tiers.crossing === 'old' ? from : to) ?? {});
  let [sum, low] = [0n, 0n];
  for (const [index, band] of tiers.bands.entries()) {
    const high = band.upTo === null || band.upTo === undefined ? to : exactly(band.upTo);
    const inside = most(least(to, high) - most(from, low), 0n);
    const price = exactly((model === 'percentage' ? band.rate : band.amount) ?? component.amount ?? 0);
    sum += times(inside, price);
    const enters = index === 0 ? from === 0n && to > 0n : from <= low && to > low;
    if (enters) sum += exactly(band.fixed ?? 0);
    low = high;
  }
  return sum;
}

/** What the caps let through, and what it takes of their room. */
function capped({ caps = [] }: Component, fact: Fact, by: (part: 'left' | 'before') => Exact, taken: Map<string, Exact>): Exact {
  let exact = by('left');
  for (const { measure, limit, of, afterRefund } of caps) {
    const key = of === 'customer' ? `${measure} ${fact.customer}` : measure;
    const used = taken.get(key) ?? 0n;
    const room = most(whole(limit) - used, 0n);
    if (measure === 'amount') {
      exact = least(exact, room);
      taken.set(key, used + least(whole(rounded(afterRefund === 'stays' ? by('before') : exact)), room));
    } else {
      if (room < one) exact = 0n;
      if (exact !== 0n) taken.set(key, used + one);
    }
  }
  return exact;
}

/** What a deal earns by the month: the fee, and the share of net revenue. Returns the deficit that the month leaves open. */
function monthOf(deal: Deal, month: string, facts: readonly Fact[], flats: bigint, open: Exact, into: Owed): Exact {
  const share = componentAt(deal, `${month}-01T00:00:00.000Z`, 'share');
  const fee = componentAt(deal, `${month}-01T00:00:00.000Z`, 'fee');
  if (!share || !fee) return 0n;
  let net = 0n;
  for (const { kind, amount, quantity } of facts)
    if (kind === 'player-activity') net += times(whole(amount ?? 0), exactly('0.93')) - whole(quantity);
  const rate = exactly(share.rate ?? 0);
  const result = times(net, rate) - open;
  const earned = rounded(most(result, 0n));
  // A deficit takes from what the deal pays otherwise; what that does not hold is carried.
  const deficit = most(-result, 0n);
  const pool = flats + BigInt(fee.amount ?? 0) + earned;
  const covered = deficit <= whole(pool);
  const offset = pool <= 0n ? 0n : covered ? rounded(deficit) : pool;
  const scope = (name: string) => `month/${deal.dealId}/${name}/${month}/EUR`;
  book(into, deal.partnerId, scope('share'), earned - offset);
  book(into, deal.partnerId, scope('fee'), BigInt(fee.amount ?? 0));
  into.statements.set(`${deal.dealId} ${month}`, earned - offset + BigInt(fee.amount ?? 0));
  if (pool <= 0n) return deficit;
  return covered ? 0n : deficit - whole(pool);
}

/** What those above earn of a sale, out of the seller's share or on top of it. */
function above(sale: Fact, brand: number, place: Place, deals: Deals, lines: Map<number, Map<number, bigint>>, into: Owed): void {
  const seller = sale.partner;
  const own = lines.get(sale.no)?.get(seller) ?? 0n;
  for (let partner = seller - 1, index = 0; index < seller % 3; partner -= 1, index += 1) {
    const component = componentAt({ partner, brand }, sale.at, 'above');
    const { levels, of, funding } = component?.downline ?? { levels: [], of: 'amount', funding: 'on-top' };
    const base = of === 'amount' ? whole(sale.left ?? 0) : whole(own);
    const net = rounded(times(times(base, exactly(component?.rate ?? 0)), exactly(levels[index] ?? 0)));
    const scope = `${idOf(sale.no)}/${deals.get(`${partner} ${brand}`)}/above/EUR`;
    book(into, place.partnerIds[partner] ?? '', scope, net);
    if (funding === 'downline') book(into, place.partnerIds[seller] ?? '', `${scope}/funding/${place.partnerIds[seller]}`, -net);
  }
}
