import type { Alternative, Back, Band, Cap, Component, Conversion, DealVersion, Metric, PartnerProfile } from '../../src/index.js';
import { decimal, floor, halfAway, isLess, least, minus, most, nought, plus, type Scaled, times, whole } from './fractions.js';
import { type EarnedUntil, milestones } from './milestones.js';
import { bandAt, counts, inOrder, marginal, periodOf, shared } from './parts.js';

/** All that is known. One deal a partner, one brand, euros, UTC, default refund policies, rounding half away from zero. */
export interface Known {
  conversions: readonly Conversion[];
  versions: readonly DealVersion[];
  partners: ReadonlyMap<string, PartnerProfile>;
  paid: ReadonlyMap<string, string>;
}
type Kept = { base: Scaled; units: Scaled };
type Line = { partner: string; net: bigint };
type Pays = { rate: string | undefined; amount: number | string | undefined };

/**
 * What every scope should net to, worked out from nothing in the plainest way: no streams, every question loops over all facts. It
 * shares types with the engine, and no code.
 */
export function oracle({ conversions, versions, partners, paid }: Known): Record<string, bigint> {
  const sales = conversions.filter(({ originalConversionId }) => originalConversionId === null).sort(inOrder);
  const nets: Record<string, bigint> = {};
  const sums: Record<string, Scaled> = {};
  const taken: Record<string, Scaled> = {};
  const bands: Record<string, string> = {};
  const reaches = milestones();

  const dealOf = (partner: string | null | undefined, at: string): DealVersion | undefined => {
    const begun = versions.filter((one) => one.partnerId === partner && one.effectiveFrom <= at);
    const last = begun.sort((a, b) => a.version - b.version).pop();
    return last?.status === 'active' ? last : undefined;
  };
  const lastOf = <T>(values: readonly { value: T; effectiveFrom: string }[] = [], at: string) =>
    values.filter(({ effectiveFrom }) => effectiveFrom <= at).pop();
  const above = (partner: string, at: string): { partner: string; since: string }[] => {
    const found: { partner: string; since: string }[] = [];
    for (let next = lastOf(partners.get(partner)?.parents, at); next?.value; next = lastOf(partners.get(next.value)?.parents, at)) {
      const parent = next.value;
      if (parent === partner || found.some((one) => one.partner === parent)) break;
      found.push({ partner: parent, since: next.effectiveFrom });
    }
    return found;
  };

  const refundsOf = (sale: Conversion) => conversions.filter(({ originalConversionId }) => originalConversionId === sale.conversionId);
  /** What refunds have left, those of later than `until` not counted; of an event without money 1 or 0. */
  const left = (sale: Conversion, until = '9'): bigint => {
    const back = refundsOf(sale).filter(({ occurredAt }) => occurredAt <= until);
    if (sale.amount === null) return back.length > 0 ? 0n : 1n;
    const rest = back.reduce((rest, { amount }) => (amount === null ? 0n : rest - amount), sale.amount);
    return rest > 0n ? rest : 0n;
  };
  const ofCustomer = ({ customerId, kind }: Conversion): Conversion[] =>
    sales.filter((one) => one.customerId === customerId && one.kind === kind);

  const holds = ({ when }: Alternative, { partnerId, occurredAt }: Conversion): boolean => {
    const profile = partners.get(partnerId ?? '');
    const tags = (profile?.tags ?? []).filter(
      ({ effectiveFrom, effectiveTo }) => effectiveFrom <= occurredAt && (effectiveTo === null || occurredAt < effectiveTo),
    );
    const [rule] = when.rules as readonly { field: string; value: string }[];
    return rule?.field === 'partner.tags'
      ? tags.some(({ tag }) => tag === rule.value)
      : lastOf(profile?.tiers, occurredAt)?.value === rule?.value;
  };

  /** Rate and amount before any scale; undefined where the component pays nothing. */
  const pays = (component: Component, sale: Conversion, since?: string): Pays | undefined => {
    let [rate, amount] = [component.rate, component.amount];
    const { byOrdinal, duration, qualify, alternatives = [] } = component;
    if ((sale.amount ?? 0n) < BigInt(qualify?.minAmount ?? 0)) return undefined;
    if ((byOrdinal || (duration && !since)) && !sale.customerId) return undefined;
    if (byOrdinal) {
      const ordinal = ofCustomer(sale).findIndex(({ conversionId }) => conversionId === sale.conversionId);
      rate = byOrdinal.rates[ordinal] ?? (byOrdinal.beyond === 'last' ? byOrdinal.rates.at(-1) : undefined);
      if (rate === undefined) return undefined;
    }
    if (duration) {
      const start = new Date(since ?? ofCustomer(sale)[0]?.occurredAt ?? '');
      start.setUTCMonth(start.getUTCMonth() + duration.months);
      if (sale.occurredAt >= start.toISOString()) {
        if (!duration.afterwards) return undefined;
        rate = duration.afterwards.rate ?? rate;
      }
    }
    const winner = [...alternatives].sort((a, b) => b.priority - a.priority).find((one) => holds(one, sale));
    return { rate: winner?.rate ?? rate, amount: winner?.amount ?? amount };
  };

  const wholeOf = ({ model }: Component, sale: Conversion): Kept => ({
    base: model === 'flat' ? nought : whole(sale.amount ?? 0n),
    units: model === 'percentage' ? nought : whole(1),
  });
  const restOf = (component: Component, sale: Conversion, until?: string): Kept => {
    const rest = left(sale, until);
    const stands = rest === (sale.amount ?? 1n) || (rest > 0n && rest >= BigInt(component.qualify?.minAmount ?? 0));
    const { base, units } = wholeOf(component, sale);
    return { base: base[0] === 0n ? base : whole(rest), units: stands ? units : nought };
  };
  const isNothing = ({ base, units }: Kept): boolean => base[0] === 0n && units[0] === 0n;
  const plain = ({ base, units }: Kept, { rate = '0', amount = 0 }: Pays): Scaled =>
    plus(times(base, decimal(rate)), times(units, decimal(amount)));

  /** What one fact adds to a metric of a partner's component. */
  const weight = (fact: Conversion, owner: string, name: string, metric: Metric): Scaled => {
    const component = dealOf(owner, fact.occurredAt)?.terms.components.find((one) => one.name === name);
    const { tiers } = component ?? {};
    const metrics = tiers ? [tiers.metric].flat() : [];
    const known = metrics.some((one) => one.measure === metric.measure && one.on === metric.on && one.of === metric.of);
    if (!component || !tiers || !known || fact.kind !== metric.on) return nought;
    const mine = fact.partnerId === owner;
    if (!mine && !(metric.of === 'network' && above(fact.partnerId ?? '', fact.occurredAt).some(({ partner }) => partner === owner)))
      return nought;
    const unwinds = tiers.demotion === 'unwind';
    if (unwinds && left(fact) === 0n) return nought;
    if (mine && component.on === fact.kind) {
      if (!pays(component, fact) || (unwinds && isNothing(restOf(component, fact)))) return nought;
    }
    return metric.measure === 'amount' ? whole(unwinds ? left(fact) : (fact.amount ?? 0n)) : whole(1);
  };
  const meter = (facts: readonly Conversion[], owner: string, name: string, metric: Metric): Scaled => {
    const customers = new Set<string>();
    return facts.reduce((sum, fact) => {
      const more = weight(fact, owner, name, metric);
      if (more[0] === 0n || metric.measure !== 'customers') return plus(sum, more);
      if (!fact.customerId || customers.has(fact.customerId)) return sum;
      customers.add(fact.customerId);
      return plus(sum, more);
    }, nought);
  };

  /** What stood before the band reached: `given` is what its own band pays for what it is told. */
  const lifted = ({ rate, amount, factor, add }: Back, kept: Kept, given: (kept: Kept) => Scaled): Scaled => {
    if (factor !== undefined) return times(given(kept), decimal(factor));
    if (add !== undefined) return plus(given(kept), times(kept.units, decimal(add)));
    if (rate !== undefined) return plus(given({ ...kept, base: nought }), times(kept.base, decimal(rate)));
    return plus(given({ ...kept, units: nought }), times(kept.units, decimal(amount ?? 0)));
  };

  type Amount = { value: Scaled; band: number | null };
  const amountBy = (kept: Kept, component: Component, name: string, sale: Conversion, tariff: Pays): Amount => {
    const { tiers } = component;
    if (!tiers) return { value: plain(kept, tariff), band: null };
    if (isNothing(kept)) return { value: nought, band: null };
    const { bounds = 'inclusive', retroactive, reset } = tiers;
    const metric = [tiers.metric].flat()[0] as Metric;
    const owner = sale.partnerId ?? '';
    const meterAt = (end: Conversion, last = 0): Scaled =>
      meter(
        sales.filter((one) => counts(one, end, reset) && inOrder(one, end) <= last),
        owner,
        name,
        metric,
      );
    const [before, after] = [meterAt(sale, -1), meterAt(sale)];
    const at = (band: Band | undefined, kept: Kept): Scaled => {
      const own = band?.rate === undefined && band?.amount === undefined;
      const value = plain(kept, own ? tariff : { rate: band?.rate ?? tariff.rate, amount: band?.amount ?? tariff.amount });
      return band?.factor === undefined ? value : times(value, decimal(band.factor));
    };
    if (tiers.scale === 'marginal') return { value: marginal(tiers, bounds, before, after, (one) => at(one, kept)), band: null };
    const settled = retroactive === 'unpaid' ? (paid.get(sale.conversionId) ?? '9') : '9';
    const later = sales.filter((one) => inOrder(one, sale) >= 0 && counts(sale, one, reset) && (one === sale || one.occurredAt <= settled));
    const highest = (typeof reset === 'object' ? later : later.slice(-1)).map((one) => bandAt(tiers, bounds, meterAt(one)));
    const band = retroactive === 'none' ? bandAt(tiers, bounds, tiers.crossing === 'old' ? before : after) : Math.max(...highest);
    const isFirst = bands[`${owner} ${name}`] !== `${periodOf(sale.occurredAt, tiers.reset)} ${band}`;
    const fixed = isFirst ? decimal(tiers.bands[band]?.fixed ?? 0) : nought;
    const own = bandAt(tiers, bounds, after);
    const { back } = tiers.bands[band] ?? {};
    const value = back && own < band ? lifted(back, kept, (kept) => at(tiers.bands[own], kept)) : at(tiers.bands[band], kept);
    return { value: plus(value, fixed), band };
  };

  const capped = (amount: Scaled, before: Scaled, { caps = [] }: Component, name: string, sale: Conversion) => {
    const keyOf = ({ measure, per, of }: Cap) =>
      [sale.partnerId, name, measure, per, periodOf(sale.occurredAt, per), of === 'customer' ? sale.customerId : ''].join(' ');
    const roomOf = (cap: Cap) => most(minus(whole(cap.limit), taken[keyOf(cap)] ?? nought), nought);
    let [exact, blocked] = [amount, false];
    for (const cap of caps) {
      if (cap.measure === 'amount') exact = least(exact, roomOf(cap));
      else if (isLess(roomOf(cap), whole(1))) [exact, blocked] = [nought, true];
    }
    const takes = caps.map((cap) => {
      const value = cap.afterRefund === 'stays' ? before : exact;
      if (blocked || value[0] === 0n) return nought;
      return cap.measure === 'conversions' ? whole(1) : least(whole(halfAway(value)), roomOf(cap));
    });
    const take = () => {
      for (const [index, cap] of caps.entries()) taken[keyOf(cap)] = plus(taken[keyOf(cap)] ?? nought, takes[index] ?? nought);
    };
    return { exact, take };
  };

  for (const sale of sales) {
    const owner = sale.partnerId ?? '';
    const deal = dealOf(owner, sale.occurredAt);
    const lines: Line[] = [];
    const earnings: EarnedUntil[] = [];
    for (const component of deal?.terms.components ?? []) {
      const tariff = component.downline || component.on !== sale.kind ? undefined : pays(component, sale);
      if (!tariff || !deal) continue;
      const name = component.name ?? '';
      const by = (kept: Kept) => amountBy(kept, component, name, sale, tariff);
      const { value, band } = by(restOf(component, sale));
      const before = by(wholeOf(component, sale)).value;
      const { exact, take } = capped(value, before, component, name, sale);
      const at = refundsOf(sale).map(({ occurredAt }) => occurredAt);
      const stages = ['', ...at].map((until) => {
        const net = halfAway(capped(by(restOf(component, sale, until)).value, before, component, name, sale).exact);
        return { until, net: shared(component, owner, net).reduce((sum, one) => (one[0] === owner ? sum + one[1] : sum), 0n) };
      });
      earnings.push(
        (until) =>
          stages
            .filter((one) => one.until <= until)
            .sort((a, b) => (a.until < b.until ? -1 : 1))
            .at(-1)?.net ?? 0n,
      );
      take();
      if (band !== null && component.tiers) bands[`${owner} ${name}`] = `${periodOf(sale.occurredAt, component.tiers.reset)} ${band}`;
      const scope = `${sale.conversionId}/${deal.dealId}/${name}/EUR`;
      if (component.subCent === 'accumulate') {
        const running = `${owner} ${deal.dealId}/${name}/EUR/half-away`;
        sums[running] = plus(sums[running] ?? nought, exact);
        continue;
      }
      for (const [partner, net] of shared(component, owner, halfAway(exact))) {
        lines.push({ partner, net });
        nets[partner === owner ? `${partner} ${scope}` : `${partner} ${scope}/${partner}`] = net;
      }
    }
    const chain = above(owner, sale.occurredAt);
    let funded = 0n;
    for (const [index, { partner, since }] of chain.entries()) {
      const theirs = dealOf(partner, sale.occurredAt);
      for (const component of theirs?.terms.components ?? []) {
        const { downline } = component;
        const level = downline?.levels[index];
        const tariff = pays(component, sale, since);
        if (!theirs || !downline || component.on !== sale.kind || level === undefined || !tariff) continue;
        if (downline.milestone) {
          const earned = (until: string) => earnings.reduce((sum, one) => sum + one(until), 0n);
          const due = reaches(`${theirs.dealId} ${component.name} ${owner}`, sale, downline.milestone, earned);
          const bonus = due ? halfAway(times(decimal(tariff.amount ?? 0), decimal(level))) : 0n;
          lines.push({ partner, net: bonus });
          nets[`${partner} ${sale.conversionId}/${theirs.dealId}/${component.name}/EUR`] = bonus;
          continue;
        }
        const nearest = downline.of === 'level-below' && index > 0 ? chain[index - 1]?.partner : owner;
        const earned = lines.filter((line) => line.partner === nearest).reduce((sum, { net }) => sum + net, 0n);
        const base = downline.of === 'amount' ? (sale.amount === null ? 0n : left(sale)) : earned;
        let exact = times(times(whole(base), decimal(tariff.rate ?? '0')), decimal(level));
        const paidBy = (who: (line: Line) => boolean) => lines.filter(who).reduce((sum, { net }) => sum + net, 0n);
        if (downline.lessPaidBelow) exact = most(minus(exact, whole(paidBy((line) => line.partner !== partner))), nought);
        let net = halfAway(exact);
        if (downline.pool !== undefined) {
          const room = most(minus(times(whole(left(sale)), decimal(downline.pool)), whole(paidBy(() => true))), nought);
          net = floor(least(plus(exact, [1n, 2n]), room));
        }
        if (downline.funding === 'downline') {
          const share = paidBy((line) => line.partner === owner) - funded;
          net = net < share ? net : share > 0n ? share : 0n;
          funded += net;
        }
        lines.push({ partner, net });
        const scope = `${sale.conversionId}/${theirs.dealId}/${component.name}/EUR`;
        nets[`${partner} ${scope}`] = net;
        if (downline.funding === 'downline') nets[`${owner} ${scope}/funding/${owner}`] = -net;
      }
    }
  }
  for (const [scope, sum] of Object.entries(sums)) nets[scope] = halfAway(sum);
  return Object.fromEntries(Object.entries(nets).filter(([, net]) => net !== 0n));
}
