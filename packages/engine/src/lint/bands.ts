import { compare, exponentOf, one, toExactText } from '@tributary/money';
import { exactOf, isMore, isSame } from '../check/numbers.js';
import { isMonthModel } from '../terms.js';
import type { Band, Finely, Metric, NormalComponent, NormalTiers } from '../types.js';
import { error, type Finding, type Subject, warning } from './finding.js';

/** Scales: bands that nobody reaches, that pay less than those below, or whose bounds are in another unit than their measure. */
export function lintBands(subject: Subject): Finding[] {
  const { component, at, terms } = subject;
  const { tiers } = component;
  if (tiers === null) return [];
  const path = `${at}/tiers`;
  return [
    ...lintReach(tiers, `${path}/bands`),
    ...lintMinima(tiers, isMonthModel(component.model), `${path}/bands`),
    ...tiers.bands.flatMap((band, index) => lintStep(tiers.bands[index - 1], band, index, `${path}/bands/${index}`)),
    ...tiers.bands.flatMap((band, index) => lintBack(component, tiers.bands[index - 1], band, index, `${path}/bands/${index}/back`)),
    ...tiers.metrics.flatMap((metric, place) => lintUnits(tiers, metric, place, terms.currency, `${path}/bands`)),
    ...lintCrossing(subject, tiers, path),
    ...(tiers.metrics.some(({ across, measure }) => across === 'brands' && measure === 'amount') && terms.currency === undefined
      ? [
          error(
            '/currency',
            'tiers-across-brands-need-a-currency',
            'A scale over the amounts of every brand needs the currency that they are counted in.',
          ),
        ]
      : []),
  ];
}

function lintCrossing({ component, terms, index }: Subject, { retroactive }: NormalTiers, path: string): Finding[] {
  if (isMonthModel(component.model) || retroactive === 'none') return [];
  if (terms.components[index]?.tiers?.crossing !== 'old') return [];
  const message = `Retroactive tiers (${retroactive}) pay the crossing event by the new band at once: "old" has no effect.`;
  return [warning(`${path}/crossing`, 'retroactive-tiers-cross-at-once', message)];
}

/** The first band is empty when its bound leaves nothing below it; with minima it also holds below them. */
function lintReach(tiers: NormalTiers, at: string): Finding[] {
  const { bands, bounds, scale, crossing, metrics } = tiers;
  const [first] = bands;
  if (first?.atLeast?.some((least) => least !== null && exactOf(least)?.n !== 0n))
    return [
      warning(
        `${at}/0/atLeast`,
        'lowest-band-has-a-condition',
        `The lowest band also holds below its minima (${first.atLeast.map((least) => least ?? 'none').join(', ')}).`,
      ),
    ];
  if (exactOf(first?.upTo)?.n !== 0n) return [];
  const countsItself = metrics[0]?.measure === 'count' && crossing === 'new';
  if (bounds === 'inclusive' && scale === 'whole' && !countsItself) return [];
  return [error(`${at}/0`, 'band-is-unreachable', 'No event lies in the first band: it ends at 0.')];
}

/** Where any minimum will do, one of nothing is always met; only the amount of a month can be below it. */
function lintMinima({ bands, reach, metrics }: NormalTiers, ofMonth: boolean, at: string): Finding[] {
  if (reach === 'all') return [];
  return bands.slice(1).flatMap(({ atLeast = [] }, below) => {
    const place = atLeast.findIndex((least, index) => exactOf(least)?.n === 0n && !(ofMonth && metrics[index]?.measure === 'amount'));
    if (place < 0) return [];
    const message = `Everything reaches band ${below + 2} by a minimum of 0: nothing lies in the bands below it.`;
    return [error(`${at}/${below + 1}/atLeast/${place}`, 'band-is-unreachable', message)];
  });
}

const pays = ['rate', 'amount', 'factor'] as const;

function lintStep(below: Band | undefined, band: Band, index: number, at: string): Finding[] {
  if (below === undefined) return [];
  const comparable = pays.filter((field) => below[field] !== undefined && band[field] !== undefined);
  const [field] = comparable;
  if (field === undefined) return [];
  const falling = comparable.find((one) => isMore(exactOf(below[one]), exactOf(band[one])));
  if (falling !== undefined) {
    const message = `Band ${index + 1} pays ${band[falling]}, less than the ${below[falling]} of the band below it.`;
    return [warning(`${at}/${falling}`, 'bands-go-down', message)];
  }
  // Of bands that pay what came before in a way of their own, each makes another sum of it.
  if (below.back !== undefined || band.back !== undefined) return [];
  const isSamePay = comparable.every((one) => isSame(exactOf(below[one]), exactOf(band[one]))) && below.fixed === band.fixed;
  if (!isSamePay) return [];
  return [warning(`${at}/${field}`, 'bands-pay-the-same', `Bands ${index} and ${index + 1} both pay ${band[field]}.`)];
}

/** What came before a band should not lose by the band being reached. */
function lintBack(component: NormalComponent, below: Band | undefined, { back }: Band, index: number, at: string): Finding[] {
  if (back === undefined) return [];
  const say = (field: string, what: string): Finding =>
    warning(`${at}/${field}`, 'bands-go-down', `When band ${index + 1} is reached, ${what}.`);
  // A band that says nothing pays what the component does.
  const paidBelow = (field: 'rate' | 'amount') => below?.[field] ?? (below?.factor === undefined ? component[field] : undefined);
  const falling = (['rate', 'amount'] as const).find((field) => isMore(exactOf(paidBelow(field)), exactOf(back[field])));
  if (falling !== undefined)
    return [say(falling, `what stood before it is paid ${back[falling]}, less than the ${paidBelow(falling)} of the band below it`)];
  if (!isMore(one, exactOf(back.factor))) return [];
  return [say('factor', `what stood before it is multiplied by ${back.factor}: it falls`)];
}

/** A count of at least this, always in hundreds, is likely an amount in minor units. */
const suspiciousCount = 10_000n;
/** An amount of at most this in minor units is likely a count. */
const suspiciousAmount = 100n;

function lintUnits(tiers: NormalTiers, { measure }: Required<Metric>, place: number, currency: string | undefined, at: string): Finding[] {
  const given = boundsOf(tiers.bands, place);
  const bounds = given.flatMap(({ value }) => exactOf(value) ?? []).filter(({ n }) => n !== 0n);
  if (bounds.length === 0) return [];
  const listed = bounds.map(toExactText).join(', ');
  if (measure === 'count' || measure === 'customers') {
    const broken = given.find(({ value }) => exactOf(value)?.d !== 1n);
    if (broken)
      return [
        error(`${at}/${broken.path}`, 'count-bound-must-be-whole', `A scale that counts ${thing(measure)} has a bound of ${broken.value}.`),
      ];
    if (!bounds.every(({ n }) => n >= suspiciousCount && n % 100n === 0n)) return [];
    return [
      warning(at, 'count-bounds-look-like-money', `The bounds ${listed} count ${thing(measure)}: they look like amounts in minor units.`),
    ];
  }
  const isWholeUnits = currency !== undefined && exponentOf(currency) === 0;
  if (measure !== 'amount' || isWholeUnits || !bounds.every((bound) => compare(bound, { n: suspiciousAmount, d: 1n }) <= 0)) return [];
  return [
    warning(at, 'amount-bounds-look-like-counts', `The bounds ${listed} are minor units of money: they look like counts or whole units.`),
  ];
}

const thing = (measure: Metric['measure']): string => (measure === 'customers' ? 'customers' : 'events');

const boundsOf = (bands: readonly Band[], place: number): { value: Finely; path: string }[] =>
  bands.flatMap(({ upTo, atLeast }, index) => {
    if (upTo !== undefined && upTo !== null) return [{ value: upTo, path: `${index}/upTo` }];
    const least = atLeast?.[place];
    return least === undefined || least === null ? [] : [{ value: least, path: `${index}/atLeast/${place}` }];
  });
