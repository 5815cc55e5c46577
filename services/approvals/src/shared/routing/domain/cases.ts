import { isGroup, type Rule, type RuleGroup } from '@tributary/rules';
import { factsOf, lookBackOf, type RoutingFacts } from './facts.js';
import type { RoutingRow } from './table.js';

/** What the rows of a brand are checked within: the values that facts can have at all. */
export interface Bounds {
  brandId: string;
  brandCurrency: string;
  statuses: readonly string[];
  riskLevels: readonly string[];
  /** Both, unless told. */
  byHand?: readonly boolean[];
}

/**
 * The ways in which facts can differ to the rows. Between two amounts that rows name all amounts are alike, and so are all words that
 * no row names: one of each stands for the rest.
 */
export interface Dimensions {
  money: readonly { amount: bigint; currency: string }[];
  byHand: readonly boolean[];
  components: readonly string[];
  statuses: readonly string[];
  riskLevels: readonly string[];
  tags: readonly (readonly string[])[];
  flags: readonly Readonly<Record<number, number>>[];
}

/** How many cases there are. */
export const countOf = (dimensions: Dimensions): number =>
  Object.values(dimensions).reduce((product: number, values: readonly unknown[]) => product * values.length, 1);

/** One case for each combination, as facts: two entries that all rows see alike are one case. */
export function* casesOf(dimensions: Dimensions, { brandId, brandCurrency }: Bounds): Generator<RoutingFacts> {
  const count = countOf(dimensions);
  for (let number = 0; number < count; number += 1) {
    const { money, flags, byHand, component, ...partner } = numbered(dimensions, number);
    yield factsOf({ ...money, component, byHand }, { brandId, brandCurrency, partner, flags });
  }
}

/** The combination of a number: each dimension is a digit of it. */
function numbered(dimensions: Dimensions, number: number) {
  let rest = number;
  const digit = <T>(values: readonly T[]): T => {
    const value = values[rest % values.length] as T;
    rest = Math.floor(rest / values.length);
    return value;
  };
  return {
    money: digit(dimensions.money),
    byHand: digit(dimensions.byHand),
    component: digit(dimensions.components),
    status: digit(dimensions.statuses),
    riskLevel: digit(dimensions.riskLevels),
    tags: digit(dimensions.tags),
    flags: digit(dimensions.flags),
  };
}

/** Undefined when the rows name more tags than sets of them can be gone through. */
export function dimensionsOf(
  rows: readonly RoutingRow[],
  { brandCurrency, statuses, riskLevels, byHand = [false, true] }: Bounds,
): Dimensions | undefined {
  const rules = rows.flatMap(({ when }) => (when ? rulesOf(when) : []));
  const values = (field: string) => rules.flatMap((rule) => (rule.field === field ? [rule.value ?? []].flat().map(String) : []));
  const words = (field: string, ...others: string[]) => [...new Set([...values(field), ...others])];
  const named = (field: string) => rules.some((rule) => rule.field === field);
  const tags = words('partner.tags');
  if (tags.length > mostTags) return undefined;
  const sizes = values('size');
  const amounts = points(['0', ...values('amount'), ...sizes, ...sizes.map((size) => `-${size}`.replace('--', ''))]);
  const currencies = words('currency', 'XXX').filter((currency) => currency !== brandCurrency);
  return {
    // In another currency than the brand's only the direction counts.
    money: [
      ...amounts.map((amount) => ({ amount, currency: brandCurrency })),
      ...currencies.flatMap((currency) => [-1n, 1n].map((amount) => ({ amount, currency }))),
    ],
    byHand,
    components: words('component', 'some other component'),
    statuses: named('partner.status') ? statuses : statuses.slice(0, 1),
    riskLevels: named('partner.riskLevel') ? riskLevels : riskLevels.slice(0, 1),
    tags: subsets(tags),
    flags: flagsOf(rules, values),
  };
}
const mostTags = 8;

/** Counts of hits by days: who looks back further sees no fewer. */
function flagsOf(rules: readonly Rule[], values: (field: string) => string[]): Record<number, number>[] {
  const days = [...new Set(rules.flatMap(({ field }) => lookBackOf(field) ?? []))].sort((a, b) => a - b);
  const counts = points(['0', ...days.flatMap((one) => values(`flags.${one}`))]).filter((count) => count >= 0n);
  return days.reduce<Record<number, number>[]>(
    (known, day, index) =>
      known.flatMap((so) => {
        const before = so[days[index - 1] ?? 0] ?? 0;
        // exact: a count of hits, near one that a row names
        return counts.filter((count) => count >= BigInt(before)).map((count) => ({ ...so, [day]: Number(count) }));
      }),
    [{}],
  );
}

/** Whole numbers that tell all others apart: what is named, and one in each gap between and beyond. */
function points(named: readonly string[]): bigint[] {
  const edges = [...new Set(named.flatMap(wholesAround))].sort((a, b) => (a < b ? -1 : 1));
  const withGaps = edges.flatMap((edge, index) => (edges[index + 1] === edge + 1n ? [edge] : [edge, edge + 1n]));
  const [first] = withGaps;
  return first === undefined ? [] : [first - 1n, ...withGaps];
}

/** The number itself, or the whole numbers on both sides of it. */
function wholesAround(text: string): bigint[] {
  const [whole = '0', decimals = ''] = text.split('.');
  const number = BigInt(whole);
  if (!/[1-9]/.test(decimals)) return [number];
  return text.startsWith('-') ? [number - 1n, number] : [number, number + 1n];
}

const subsets = (words: readonly string[]): string[][] =>
  Array.from({ length: 2 ** words.length }, (_, set) => words.filter((_word, bit) => Math.floor(set / 2 ** bit) % 2 === 1));

const rulesOf = (node: Rule | RuleGroup): Rule[] => (isGroup(node) ? node.rules.flatMap(rulesOf) : [node]);
