import { add, compare, divide, isDecimal, one, rate, rational, subtract, toExactText } from '@tributary/money';
import type { Fact, FieldType, Rule, Scalar } from '@tributary/rules';

/** Values of a field to try; complete when a rule that fails for all of them fails for every value. */
export interface Candidates {
  values: readonly Fact[];
  isComplete: boolean;
}

const two = rational(2n);
/** Fields of numbers that need not be whole. */
const decimalFields: readonly string[] = ['quantity'];
const mostWords = 6;
const mostPieces = 12;

const constantsOf = (atoms: readonly Rule[]): (Scalar | null)[] =>
  atoms.flatMap(({ value }) => (Array.isArray(value) ? [...(value as readonly Scalar[])] : [(value ?? null) as Scalar | null]));

/** No more values than this are there to try, without looking which they are. */
export function mostCandidates(type: FieldType, atoms: readonly Rule[]): number {
  const constants = atoms.reduce((sum, { value }) => sum + (Array.isArray(value) ? value.length : 1), 0);
  if (type === 'boolean') return 3;
  if (type === 'list') return constants > mostWords ? constants + 3 : 2 ** constants + 1;
  if (type === 'number') return 6 * constants + 1;
  return 2 * constants + 3 + (type === 'text' && atoms.every(isOfWholeTexts) ? 0 : mostPieces * (constants + 1));
}

/** The values at which comparisons of the field can turn. */
export function candidatesFor(field: string, type: FieldType, atoms: readonly Rule[]): Candidates {
  const constants = constantsOf(atoms);
  if (type === 'number') return { values: [...numbersAround(constants, decimalFields.includes(field)), null], isComplete: true };
  const words = [...new Set(constants.filter((one): one is string => typeof one === 'string'))];
  if (type === 'list') return { values: [...setsOf(words), null], isComplete: words.length <= mostWords };
  if (type === 'boolean') return { values: [true, false, null], isComplete: true };
  const inPieces = type !== 'text' || !atoms.every(isOfWholeTexts);
  return { values: [...textsAround(words, inPieces), null], isComplete: !inPieces };
}

const piecewise: readonly Rule['operator'][] = ['contains', 'doesNotContain', 'beginsWith', 'endsWith'];
const isOfWholeTexts = ({ operator }: Rule): boolean => !piecewise.includes(operator);

/** The constants, what lies between and beyond them; nothing negative, and whole numbers unless the field may have decimals. */
function numbersAround(constants: readonly (Scalar | null)[], decimals: boolean): Fact[] {
  const exact = constants
    .filter((value) => value !== null && isDecimal(String(value)))
    .map((value) => rate(String(value)))
    .sort(compare);
  const around = exact.flatMap((value, index) => {
    const next = exact[index + 1];
    const whole = rational(value.n / value.d);
    const between = next === undefined ? [] : [divide(add(value, next), two)];
    return [value, ...between, whole, subtract(value, one), add(value, one), add(whole, one)];
  });
  const usable = around.filter((value) => value.n >= 0n && (decimals || value.d === 1n));
  return [...new Set(usable.map(toExactText))].map(toFact);
}

const toFact = (text: string): Fact => (text.includes('.') ? Number(text) : BigInt(text)); // exact: printed back as it was written

/** The constants, texts that are none of them, and where pieces are asked for, texts that begin, end and go on with them. */
function textsAround(words: readonly string[], inPieces: boolean): string[] {
  const after = words.map((word) => `${word}~`);
  const pieces = inPieces ? words.slice(0, mostPieces).flatMap((word) => [`~${word}`, ...words.map((other) => word + other)]) : [];
  return [...new Set([...words, '', '~', ...after, ...pieces])];
}

/** Every set of the words; of very many only none, each, and all. */
function setsOf(words: readonly string[]): string[][] {
  if (words.length > mostWords) return [[], ...words.map((word) => [word]), [...words]];
  return words.reduce<string[][]>((sets, word) => sets.concat(sets.map((set) => [...set, word])), [[]]);
}
