import type { Reset } from '@tributary/calendar';
import { add, compare, one, type Rational, rate, rational, toExactText, zero } from '@tributary/money';
import { exactOf } from '../check/numbers.js';
import { hasFlatPart } from '../terms.js';
import type { Cap, NormalComponent } from '../types.js';
import { asPercent, error, type Finding, type Subject, warning } from './finding.js';

const longestDuration = 120;
const shortestFirst: readonly Reset[] = ['day', 'week', 'month', 'quarter', 'year', 'lifetime'];

/** Limits that never bind or always do, and components that pay nothing. */
export const lintLimits = (subject: Subject): Finding[] => [
  ...lintNothing(subject),
  ...lintCaps(subject),
  ...lintDuration(subject),
  ...lintWindows(subject),
  ...lintWaterfall(subject),
];

/** Every rate and every amount that the component can pay by. */
export function paysOf(component: NormalComponent): { rates: Rational[]; amounts: Rational[] } {
  const { alternatives, duration, tiers, byOrdinal, items, downline } = component;
  const others = [
    ...alternatives,
    ...(duration?.afterwards ? [duration.afterwards] : []),
    ...(tiers?.bands ?? []),
    ...(tiers?.bands ?? []).flatMap(({ back }) => back ?? []),
    ...(downline?.ranks?.pays ?? []),
  ];
  const rates = [component.rate, items?.otherwise, ...(items?.rates ?? []).map((item) => item.rate), ...(byOrdinal?.rates ?? [])];
  return {
    rates: [...rates, ...others.map((other) => other.rate)].flatMap((text) => exactOf(text) ?? []),
    amounts: [component.amount, ...others.map(({ amount }) => amount)].flatMap((amount) => exactOf(amount) ?? []),
  };
}

function lintNothing({ component, at }: Subject): Finding[] {
  const { rates, amounts } = paysOf(component);
  const pays =
    [...rates, ...amounts].some(({ n }) => n !== 0n) ||
    (component.tiers?.bands ?? []).some(({ fixed, back }) => fixed !== undefined || back?.add !== undefined);
  if (pays) return [];
  const field = component.rate !== null ? 'rate' : component.items !== null ? 'items' : 'amount';
  return [warning(`${at}/${field}`, 'component-pays-nothing', `Every rate and amount of "${component.name}" is 0.`)];
}

const lintCaps = ({ component, at }: Subject): Finding[] =>
  component.caps.flatMap((cap, index) => [
    ...lintSmallCap(component, cap, `${at}/caps/${index}/limit`),
    ...lintLooseCap(component.caps, cap, `${at}/caps/${index}/limit`),
  ]);

function lintSmallCap(component: NormalComponent, { measure, limit }: Cap, pointer: string): Finding[] {
  if (measure !== 'amount' || !hasFlatPart(component.model) || component.model === 'per-unit') return [];
  const given = paysOf(component).amounts.filter(({ n }) => n > 0n);
  const smallest = given.sort(compare)[0];
  if (smallest === undefined || compare(smallest, rational(BigInt(limit))) <= 0) return [];
  return [error(pointer, 'cap-is-below-one-payment', `The limit of ${limit} is less than one payment of ${toExactText(smallest)}.`)];
}

function lintLooseCap(caps: NormalComponent['caps'], cap: NormalComponent['caps'][number], pointer: string): Finding[] {
  const tighter = caps.find(
    (other) =>
      other.measure === cap.measure &&
      other.of === cap.of &&
      shortestFirst.indexOf(other.per) > shortestFirst.indexOf(cap.per) &&
      other.limit <= cap.limit,
  );
  if (tighter === undefined) return [];
  const message = `${cap.limit} per ${cap.per} is never reached: ${tighter.limit} per ${tighter.per} comes first.`;
  return [warning(pointer, 'cap-never-binds', message)];
}

function lintDuration({ component, at }: Subject): Finding[] {
  const months = component.duration?.months ?? 0;
  if (months <= longestDuration) return [];
  return [warning(`${at}/duration/months`, 'duration-is-very-long', `${months} months are more than 10 years.`)];
}

/** All conditions must be true within `withinDays`: a longer window of one of them is cut. */
function lintWindows({ component, at }: Subject): Finding[] {
  const { withinDays, verifiedWithinDays = 0, withinHours = 0 } = component.qualify.customer ?? {};
  if (withinDays === undefined) return [];
  const say = (field: string, length: string): Finding =>
    warning(
      `${at}/qualify/customer/${field}`,
      'window-is-cut-short',
      `${length} are longer than the ${withinDays} days within which every condition must be true.`,
    );
  return [
    ...(verifiedWithinDays > withinDays ? [say('verifiedWithinDays', `${verifiedWithinDays} days`)] : []),
    ...(withinHours > withinDays * 24 ? [say('withinHours', `${withinHours} hours`)] : []),
  ];
}

function lintWaterfall({ component, at }: Subject): Finding[] {
  const lines = component.waterfall?.lines ?? [];
  const deducted = lines.filter(({ effect }) => effect === 'deduct');
  const ofGross = deducted.filter(({ of }) => of === 'gross-revenue').reduce((sum, line) => add(sum, rate(line.rate ?? '1')), zero);
  return [
    ...(compare(ofGross, one) >= 0
      ? [error(`${at}/waterfall/lines`, 'nothing-is-left-of-revenue', `The lines deduct ${asPercent(ofGross)} of the gross revenue.`)]
      : []),
    ...lines.flatMap((line, index) => {
      const before = lines.slice(0, index).find((other) => other.of === line.of && other.effect === line.effect);
      if (line.effect === 'add' || line.of === 'gross-revenue' || line.of === 'turnover' || before === undefined) return [];
      const message = `"${line.of}" is deducted twice: by "${before.name}" and by "${line.name}".`;
      return [warning(`${at}/waterfall/lines/${index}/of`, 'deducted-twice', message)];
    }),
  ];
}
