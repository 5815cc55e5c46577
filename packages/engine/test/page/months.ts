import { foldMonth, type MonthFact, type MonthResult, noState, type Terms } from '../../src/index.js';
import { activity, aMonth, monthOf } from '../month-builders.js';
import { type Handler, majorOf, minorOf, type Paid, shownPaid, type Tried, understand } from './read.js';

const names = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

export const isMonth = ({ what }: Tried): boolean => names.includes(what);

interface Telling {
  all: { gross: bigint; turnover: bigint; customers: number; deductions: Record<string, string> };
  customers: MonthFact[];
  earned: Record<string, string>;
}

const clauses: readonly Handler<Telling>[] = [
  [
    /^gross revenue (\S+)$/,
    ({ all }, value = '') => {
      all.gross = minorOf(value);
    },
  ],
  [
    /^turnover (\S+)$/,
    ({ all }, value = '') => {
      all.turnover = minorOf(value);
    },
  ],
  [
    /^(\d+) customers$/,
    ({ all }, count = '') => {
      all.customers = Number(count);
    },
  ],
  [
    /^customer (\S+) (\S+)$/,
    ({ customers }, customerId = '', value = '') => void customers.push(activity(Number(minorOf(value)), { customerId })),
  ],
  [
    /^(\S+) earned (\S+)$/,
    ({ earned }, component = '', value = '') => {
      earned[component] = String(minorOf(value));
    },
  ],
  [
    /^(\S+) (\S+)$/,
    ({ all }, deduction = '', value = '') => {
      all.deductions[deduction] = String(minorOf(value));
    },
  ],
];

/** What each month of a block comes to, each opening with what the one before closed with. */
export function monthsTried(terms: Terms, block: readonly Tried[]): { said: string; done: string }[] {
  let opening = noState;
  return block.map((line) => {
    const result = foldMonth(aMonth(terms, { period: monthOf(names.indexOf(line.what)), opening, ...told(terms, line) }));
    opening = result.closing;
    const done = line.paid.map((paid) => shownPaid({ ...paid, amount: majorOf(amountOf(terms, result, paid)) }));
    const said = line.paid.map(shownPaid);
    return { said: `${line.what}: ${said.join(', ')}`, done: `${line.what}: ${done.join(', ')}` };
  });
}

function told({ currency = 'EUR' }: Terms, line: Tried) {
  const telling: Telling = { all: { gross: 0n, turnover: 0n, customers: 1, deductions: {} }, customers: [], earned: {} };
  for (const clause of line.clauses) understand(clauses, clause, telling);
  const { gross, turnover, customers, deductions } = telling.all;
  const sum = activity(Number(gross), { turnover: String(turnover), customers, deductions, currency });
  const facts = telling.customers.length > 0 ? telling.customers.map((fact) => ({ ...fact, currency })) : [sum];
  return { currency, facts, otherEarnings: telling.earned };
}

/** A component's pay, or what else its statement says. */
function amountOf(terms: Terms, { components }: MonthResult, { name }: Paid): bigint {
  const only = terms.components.length === 1 ? components[0] : undefined;
  const paid = components.find(({ component }) => component === name) ?? (name === '' ? only : undefined);
  if (paid !== undefined) return paid.entitlement;
  const share = components.find(({ statement }) => statement.model === 'revshare')?.statement;
  const lost = share?.carry?.writtenOff.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const others: Record<string, bigint | string | undefined> = {
    carries: share?.carry?.closing,
    'writes off': lost,
    'sets apart': share?.quarantine?.closing,
    'still to recoup': share?.recoup?.closing,
  };
  const found = others[name];
  if (found === undefined) throw new Error(`not in the month: ${name}`);
  return BigInt(found);
}
