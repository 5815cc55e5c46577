import { add, divide, parseFraction, type Rational, rate, rational, round, zero } from '@tributary/money';

/** Sums before and after, by any keys. Amounts are minor units. */
export class Tally<K extends object> {
  private readonly rows = new Map<string, { key: K; before: bigint; after: bigint }>();

  add(key: K, before: bigint, after: bigint): void {
    const name = JSON.stringify(key);
    const row = this.rows.get(name) ?? { key, before: 0n, after: 0n };
    this.rows.set(name, { key, before: row.before + before, after: row.after + after });
  }

  /** In the order of their keys. */
  list(): (K & { before: bigint; after: bigint })[] {
    return [...this.rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { key, before, after }]) => ({ ...key, before, after }));
  }
}

interface Explained {
  rules: readonly { rule: string; detail: string }[] | null;
  steps: readonly { step: string; value: string }[] | null;
}

const exact = (text: string): Rational => (text.includes('/') ? parseFraction(text) : rate(text));

/** The bands of a scale that an explanation names, each with its part of the commission before caps. */
export function bandsOf({ rules, steps }: Explained): { band: string; value: Rational }[] {
  const parts = (steps ?? []).flatMap(({ step, value }) =>
    step.startsWith('band ') ? [{ band: step.slice(5), value: exact(value) }] : [],
  );
  if (parts.length > 0) return parts;
  const whole = (steps ?? []).find(({ step }) => step === 'tier');
  const named = (rules ?? []).flatMap(({ rule, detail }) => (rule === 'tier' ? (/^band (.+?) at /.exec(detail)?.[1] ?? []) : []))[0];
  return whole === undefined || named === undefined ? [] : [{ band: named, value: exact(whole.value) }];
}

/** Exact sums by name, rounded once. */
export class ExactTally {
  private readonly sums = new Map<string, Rational>();

  add(name: string, value: Rational): void {
    this.sums.set(name, add(this.sums.get(name) ?? zero, value));
  }
  names(): string[] {
    return [...this.sums.keys()];
  }
  rounded(name: string): bigint {
    return round(this.sums.get(name) ?? zero, 'half-away');
  }
}

const places = 6;

/** What a commission is of a revenue, as a decimal string of six places; null where there is no revenue. */
export function shareOf(commission: bigint, revenue: bigint): string | null {
  if (revenue === 0n) return null;
  const scaled = round(divide(rational(commission * 10n ** BigInt(places)), rational(revenue)), 'half-away');
  const digits = `${scaled < 0n ? -scaled : scaled}`.padStart(places + 1, '0');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
