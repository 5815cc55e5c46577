/** A mistake that somebody could make: `find` stands in the file exactly once. */
export interface SeededBug {
  file: string;
  find: string;
  replace: string;
}

const bug = (file: string, find: string, replace: string): SeededBug => ({ file, find, replace });

export const seededBugs: readonly SeededBug[] = [
  bug('circumstances.ts', 'effectiveTo === null || ms < instantMs(effectiveTo)', 'true'),
  bug('circumstances.ts', 'if (recorded !== 0) return recorded > 0;', 'if (recorded !== 0) return recorded < 0;'),
  bug('circumstances.ts', 'ordinal: earlier + 1', 'ordinal: earlier'),
  bug('deal-history.ts', 'version.version > latest.version', 'version.version < latest.version'),
  bug('deal-history.ts', 'instantMs(version.effectiveFrom) <= at', 'true'),
  bug('engine-1/refunds.ts', 'refund.amount > rest.amount ? rest.amount : refund.amount', 'refund.amount'),
  bug(
    'engine-1/rate-component.ts',
    "if (policy === 'proportional') {\n    return { share: rest.share,",
    "if (policy === 'proportional') {\n    return { share: rational(1n),",
  ),
  bug('engine-1/pick-rate.ts', 'wanted.rates[ordinal - 1]', 'wanted.rates[ordinal]'),
  bug('engine-1/pick-rate.ts', 'if (!wins) continue;', 'if (!holds) continue;'),
  bug('engine-1/pick-rate.ts', 'replace(picked, afterwards);', ''),
  bug('engine-1/split.ts', 'entitlement: part,', 'entitlement: line.entitlement,'),
  bug(
    'engine-1/scale.ts',
    "compare(value, upper) < (bounds === 'inclusive' ? 1 : 0)",
    "compare(value, upper) < (bounds === 'inclusive' ? 0 : 1)",
  ),
  bug('engine-1/scale.ts', "compare(value, lower) > (bounds === 'inclusive' ? 0 : -1)", 'compare(value, lower) > -1'),
  bug('engine-1/streams/records.ts', "tiers.demotion === 'unwind' ? rest : untouched(conversion)", 'rest'),
  bug('engine-1/streams/metered.ts', "retroactive === 'unpaid' ? record.paidAt : null", 'record.paidAt'),
  bug('engine-1/streams/metered.ts', "tiers.retroactive !== 'none'", "tiers.retroactive === 'all'"),
  bug('engine-1/streams/meter-periods.ts', 'add(before[index] ?? zero, weights[index] ?? zero)', 'weights[index] ?? zero'),
  bug('engine-1/streams/meter-periods.ts', 'if (now !== period) {', 'if (period === null) {'),
  bug('engine-1/streams/meter-periods.ts', 'record.customerId === null || known.has(record.customerId)', 'record.customerId === null'),
  bug('engine-1/streams/meter-periods.ts', 'before.index !== index) fromTheStart', 'before.index > index) fromTheStart'),
  bug('engine-1/streams/meter-windows.ts', 'gone.at <= start', 'gone.at < start - 86_400_000'),
  bug('engine-1/streams/meter-windows.ts', 'higher.start < one.at && ', ''),
  bug('engine-1/streams/meter-windows.ts', 'count === 0 : count === 1', 'true : true'),
  bug('engine-1/streams/amount-at.ts', '?? (isNew ? at.to : at.from)', '?? at.to'),
  bug('engine-1/streams/amount-at.ts', 'bandIn(tiers, to)', 'bandIn(tiers, to.map(() => zero))'),
  bug('engine-1/streams/amount-at.ts', 'own.index < index', 'own.index <= index'),
  bug(
    'engine-1/streams/at-band.ts',
    'multiply(atBand(own, kept, picked), rate(back.factor))',
    'multiply(parseFraction(kept.plain), rate(back.factor))',
  ),
  bug('engine-1/streams/amount-at.ts', 'bandBefore === index', 'bandBefore !== null'),
  bug('engine-1/streams/amount-at.ts', 'divide(part.quantity, weight)', 'divide(weight, weight)'),
  bug(
    'engine-1/streams/amount-at.ts',
    'entitlement: round(after, rounding) - round(before, rounding)',
    'entitlement: round(exact, rounding)',
  ),
  bug('engine-1/streams/caps.ts', "cap.afterRefund === 'stays' ? whole() : exact", 'exact'),
  bug('engine-1/streams/caps.ts', 'compare(room, one) < 0', 'compare(room, zero) < 0'),
  bug('engine-1/streams/caps.ts', 'atMost(settled(value), roomOf(place, index))', 'atMost(value, roomOf(place, index))'),
  bug('engine-1/streams/rate-lines.ts', 'add(taken, amount.takes[index] ?? zero)', 'taken'),
  bug(
    'engine-1/streams/rate-lines.ts',
    'before?.period === period ? parseFraction(before.total) : zero',
    'before ? parseFraction(before.total) : zero',
  ),
  bug('engine-1/streams/milestone.ts', 'refunds: [], reached: true', 'refunds: [], reached: false'),
  bug('engine-1/streams/milestone.ts', 'refunds: [...state.refunds, ...refunds]', 'refunds: [...state.refunds]'),
  bug('engine-1/streams/milestone.ts', 'instantMs(at) <= instantMs(until)', 'instantMs(at) > 0'),
  bug('engine-1/fold.ts', 'records: recordsAt(rest)', 'records: recordsAt(untouched(original))'),
  bug('engine-1/feeds.ts', "metric.of === 'network' ||", ''),
  bug('engine-1/feeds.ts', 'record && !taken.has(record.stream) ? [record] : []', 'record ? [record] : []'),
  bug('engine-1/downline/downline.ts', 'terms.levels[above.distance - 1]', 'terms.levels[above.distance]'),
  bug('engine-1/downline/downline.ts', "of === 'commission' || above.distance === 1", 'true'),
  bug('engine-1/downline/downline.ts', '-line.entitlement', 'line.entitlement'),
  bug('engine-1/downline/bounded.ts', 'subtract(line.exact, paid)', 'line.exact'),
  bug('engine-1/downline/bounded.ts', "funding === 'downline'", 'false'),
  bug('engine-1/downline/bounded.ts', "round(left.exact, 'down')", "round(left.exact, 'up')"),
];
