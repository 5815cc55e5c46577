import type { Circumstances, ConversionInput, DealVersion, Explanation, StreamPlace } from '@tributary/engine';

/** Why a scope comes out differently now. */
export type DifferenceCause = 'journal' | 'engine' | 'terms' | 'facts' | 'circumstances' | 'rates' | 'stream' | 'unknown';

/** What a fold was given, or would be given now. */
export interface Inputs {
  engineVersion: string;
  conversion: ConversionInput;
  refunds: readonly ConversionInput[];
  /** Null where no deal applies. */
  deal: DealVersion | null;
  otherDeals: readonly DealVersion[];
  /** Null where nothing depends on them. */
  circumstances: Circumstances | null;
  /** The place of the scope in its stream; null where it has none. */
  place: StreamPlace | null;
}

export const inputsOf = ({ engineVersion, scope, inputs }: Explanation): Inputs => ({
  engineVersion,
  conversion: inputs.conversion,
  refunds: inputs.refunds,
  deal: inputs.deal,
  otherDeals: inputs.otherDeals ?? [],
  circumstances: inputs.circumstances ?? null,
  place: inputs.streamed?.[scope] ?? null,
});

/** Whether two documents say the same, whatever the order of their members; members left out are not there. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, ordered(member)]));
}

/** Another version that says the same changes nothing. */
const termsOf = (deal: DealVersion | null) => deal && { dealId: deal.dealId, terms: deal.terms };
/** What decides which deal applies: of a fact that has moved, another deal is no cause of its own. */
const placeOf = ({ partnerId, brandId, programId, occurredAt }: ConversionInput) => ({ partnerId, brandId, programId, occurredAt });
const dealsOf = ({ deal, otherDeals }: Inputs) => [deal, ...otherDeals].map(termsOf);
const byId = (inputs: readonly ConversionInput[]): ConversionInput[] =>
  [...inputs].sort((a, b) => (a.conversionId < b.conversionId ? -1 : 1));

const notRates = ({ rates: _rates, ...rest }: Circumstances): Omit<Circumstances, 'rates'> => rest;

/** What of the inputs is another than it was. */
export function causesBetween(then: Inputs, now: Inputs): DifferenceCause[] {
  const found: [DifferenceCause, boolean][] = [
    ['engine', then.engineVersion !== now.engineVersion],
    ['terms', same(placeOf(then.conversion), placeOf(now.conversion)) && !same(dealsOf(then), dealsOf(now))],
    ['facts', !same(then.conversion, now.conversion) || !same(byId(then.refunds), byId(now.refunds))],
    ['circumstances', differ(then.circumstances, now.circumstances, notRates)],
    ['rates', differ(then.circumstances, now.circumstances, ({ rates }) => rates)],
    ['stream', !same(then.place, now.place)],
  ];
  return found.flatMap(([cause, differs]) => (differs ? [cause] : []));
}

/** Only what both were given can differ: a fold that needs no circumstances does not keep them. */
function differ(then: Circumstances | null, now: Circumstances | null, part: (all: Circumstances) => unknown): boolean {
  return then !== null && now !== null && !same(part(then), part(now));
}

const parts: readonly [string, (all: Circumstances) => unknown][] = [
  ['tags', ({ partner }) => partner.tags],
  ['tier', ({ partner }) => partner.tier],
  ['uplines', ({ uplines }) => uplines],
  ['customer', ({ customer }) => customer],
  ['network', ({ network }) => network ?? null],
  ['rates', ({ rates }) => rates],
];

/** Which circumstances are others than they were, by name; `stream` is the place in a scale or cap. */
export function changesBetween(then: Explanation | null, now: Explanation | null): string[] {
  if (then === null || now === null) return [];
  const [before, after] = [inputsOf(then), inputsOf(now)];
  const changed = parts.filter(([, part]) => differ(before.circumstances, after.circumstances, part)).map(([name]) => name);
  return same(before.place, after.place) ? changed : [...changed, 'stream'];
}
