import { add, divide, isZero, multiply, negate, one, type Rational, rate, toExactText, zero } from '@tributary/money';
import type { NormalComponent, WaterfallLine } from '../../types.js';
import type { MonthFact, RateLookup, StatementLine, VersionWaterfall } from './types.js';

/** The customer of events that name none. */
export const nobody = '';

/** What a version's events came to, gross to net, and net by customer. */
export interface NetRevenue {
  shown: VersionWaterfall;
  gross: Rational;
  net: Rational;
  byCustomer: ReadonlyMap<string, Rational>;
  unconverted: readonly MonthFact[];
}

interface Sums {
  gross: Rational;
  turnover: Rational;
  deductions: Map<string, Rational>;
}

/** What everything that was converted paid to the exchange: a line of its own, so that the waterfall adds up. */
export const exchangeFee = 'exchange-fee';

/** Gross revenue to net under one version's waterfall, exact; without a waterfall net is gross. */
export function netRevenue(
  version: number,
  { waterfall }: NormalComponent,
  fxFee: string,
  facts: readonly MonthFact[],
  currency: string,
  rateFor: RateLookup,
): NetRevenue {
  const lines = waterfall?.lines ?? [];
  const total = emptySums();
  const byCustomer = new Map<string, Rational>();
  const unconverted: MonthFact[] = [];
  let exchanged = zero;
  for (const fact of facts) {
    const factor = exchange(fact, currency, rateFor);
    if (factor === null) {
      unconverted.push(fact);
      continue;
    }
    const sums = converted(fact, factor);
    addUp(total, sums);
    const net = lines.reduce((rest, line) => add(rest, lineAmount(line, sums)), sums.gross);
    if (fact.currency !== currency) exchanged = add(exchanged, net);
    const customer = fact.customerId ?? nobody;
    byCustomer.set(customer, add(byCustomer.get(customer) ?? zero, net));
  }
  // Of all that was exchanged together, so that it is the same however the sums are cut; a customer's own net is before it.
  const fee = multiply(exchanged.n < 0n ? negate(exchanged) : exchanged, rate(fxFee));
  const shownLines = lines.map((line) => shownLine(line, total));
  const net = lines.reduce((rest, line) => add(rest, lineAmount(line, total)), add(total.gross, negate(fee)));
  if (!isZero(fee)) shownLines.push(feeLine(fee, fxFee));
  return {
    shown: {
      version,
      waterfall: waterfall && { name: waterfall.name, version: waterfall.version },
      gross: toExactText(total.gross),
      lines: shownLines,
      net: toExactText(net),
    },
    gross: total.gross,
    net,
    byCustomer,
    unconverted,
  };
}

function exchange({ currency: own, date, gross, turnover, deductions }: MonthFact, currency: string, rateFor: RateLookup): Rational | null {
  const moneyless = [gross, turnover, ...Object.values(deductions)].every((amount) => amount === '0');
  if (own === currency || moneyless) return one;
  return own === null || date === null ? null : rateFor(own, currency, date);
}

const emptySums = (): Sums => ({ gross: zero, turnover: zero, deductions: new Map() });

const converted = ({ gross, turnover, deductions }: MonthFact, factor: Rational): Sums => ({
  gross: multiply(rate(gross), factor),
  turnover: multiply(rate(turnover), factor),
  deductions: new Map(Object.entries(deductions).map(([name, amount]) => [name, multiply(rate(amount), factor)])),
});

function addUp(total: Sums, { gross, turnover, deductions }: Sums): void {
  total.gross = add(total.gross, gross);
  total.turnover = add(total.turnover, turnover);
  for (const [name, amount] of deductions) total.deductions.set(name, add(total.deductions.get(name) ?? zero, amount));
}

function baseOf({ of }: WaterfallLine, { gross, turnover, deductions }: Sums): Rational {
  if (of === 'gross-revenue') return gross;
  return of === 'turnover' ? turnover : (deductions.get(of) ?? zero);
}

function lineAmount(line: WaterfallLine, sums: Sums): Rational {
  const amount = multiply(baseOf(line, sums), rate(line.rate ?? '1'));
  return line.effect === 'add' ? amount : negate(amount);
}

const shownLine = (line: WaterfallLine, sums: Sums): StatementLine => ({
  name: line.name,
  effect: line.effect,
  of: line.of,
  rate: line.rate ?? '1',
  base: toExactText(baseOf(line, sums)),
  amount: toExactText(lineAmount(line, sums)),
});

const feeLine = (fee: Rational, fxFee: string): StatementLine => ({
  name: exchangeFee,
  effect: 'deduct',
  of: 'amounts-converted',
  rate: fxFee,
  base: toExactText(divide(fee, rate(fxFee))),
  amount: toExactText(negate(fee)),
});
