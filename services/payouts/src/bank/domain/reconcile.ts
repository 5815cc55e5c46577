import type { BankLine, Direction } from './bank-line.js';
import { type Finding, identityOf, signed } from './findings.js';

/** Money of one payout that the ledger says went out of the brand's account, or came back into it. */
export interface Movement {
  payoutId: string;
  direction: Direction;
  amount: bigint;
  currency: string;
  /** Whether the statement must show it, if no earlier one did. */
  due: boolean;
  /** Whether an earlier statement showed it. */
  seen: boolean;
}

/** `fee`: what the bank took for a payment of ours, which goes into the books with this statement. */
export type Verdict = 'matched' | 'different' | 'doubled' | 'extra' | 'repeated' | 'fee';
export interface Booking {
  line: BankLine;
  verdict: Verdict;
  payoutId: string | null;
}

/** Of one currency, signed: what left the account is positive. */
export interface Totals {
  currency: string;
  book: bigint;
  bank: bigint;
  exceptions: bigint;
}

export interface Reconciled {
  bookings: Booking[];
  findings: Finding[];
  totals: Totals[];
}

const movementKey = (payoutId: string, direction: Direction) => `${payoutId}:${direction}`;

/**
 * Holds a statement's bookings against the movements of the ledger. Each booking is matched to one movement, or is an exception; each
 * movement that is due and in no statement is an exception. Always: book = bank + exceptions, to the cent and for each currency.
 * `repeated` says which bookings stood in an earlier statement: they count no second time.
 */
export function reconcile(
  lines: readonly BankLine[],
  movements: readonly Movement[],
  repeated: (line: BankLine) => boolean,
  payoutOf: (line: BankLine) => string | null,
): Reconciled {
  const byKey = new Map(movements.map((movement) => [movementKey(movement.payoutId, movement.direction), movement]));
  const shown = new Set(movements.filter(({ seen }) => seen));
  const sums = addingUp();
  const timeOf = counting();
  const findings: Finding[] = [];
  const booked = lines.filter((line) => line.booked).map((line) => ({ line, payoutId: payoutOf(line), again: repeated(line) }));
  const old = booked.filter(({ again }) => again).map(({ line, payoutId }): Booking => ({ line, verdict: 'repeated', payoutId }));
  const fresh = booked.filter(({ again }) => !again);
  const fees = fresh.filter(isFee).map(({ line, payoutId }): Booking => ({ line, verdict: 'fee', payoutId }));
  for (const { line } of fees) sums.both(line);
  const bookings = fresh
    .filter((each) => !isFee(each))
    .map(({ line, payoutId }): Booking => {
      const movement = payoutId === null ? undefined : byKey.get(movementKey(payoutId, line.direction));
      const moved = movement && !shown.has(movement) ? movement : undefined;
      sums.bank(line);
      if (moved) sums.book(moved);
      if (moved) shown.add(moved);
      const judged = moved ? matched(line, moved) : unmatched(movement ? 'doubled' : 'extra', line, payoutId, timeOf(identityOf(line)));
      findings.push(...judged.findings);
      return { line, verdict: judged.verdict, payoutId };
    });
  const absent = movements.filter((movement) => movement.due && !shown.has(movement));
  for (const movement of absent) sums.book(movement);
  findings.push(...absent.map(missing));
  return { bookings: [...bookings, ...fees, ...old], findings, totals: sums.totals(findings) };
}

/** What the bank took for a payment of ours goes into the books as the statement says it. */
const isFee = ({ line, payoutId }: { line: BankLine; payoutId: string | null }): boolean => line.charge === true && payoutId !== null;

/** The how manieth time something comes. */
function counting() {
  const times = new Map<string, number>();
  return (what: string) => {
    const time = (times.get(what) ?? 0) + 1;
    times.set(what, time);
    return time;
  };
}

/** Sums of both sides, by currency. */
function addingUp() {
  const sums = new Map<string, { book: bigint; bank: bigint }>();
  const of = (currency: string) => {
    const sum = sums.get(currency) ?? { book: 0n, bank: 0n };
    sums.set(currency, sum);
    return sum;
  };
  return {
    bank(line: BankLine) {
      const { amount, currency } = moneyOf(line);
      of(currency).bank += signed(line.direction, amount);
    },
    both(line: BankLine) {
      const { amount, currency } = moneyOf(line);
      of(currency).bank += signed(line.direction, amount);
      of(currency).book += signed(line.direction, amount);
    },
    book({ direction, amount, currency }: Movement) {
      of(currency).book += signed(direction, amount);
    },
    totals: (findings: readonly Finding[]): Totals[] =>
      [...sums]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([currency, sum]) => ({ currency, ...sum, exceptions: exceptionsOf(currency, findings) })),
  };
}

const exceptionsOf = (currency: string, findings: readonly Finding[]) =>
  findings.reduce((sum, finding) => sum + (finding.currency === currency ? finding.difference : 0n), 0n);

function moneyOf({ amount, currency, number }: BankLine): { amount: bigint; currency: string } {
  if (amount === null || currency === null) throw new Error(`booking ${number} has no amount`);
  return { amount, currency };
}

interface Judgement {
  verdict: Verdict;
  findings: Finding[];
}

function matched(line: BankLine, movement: Movement): Judgement {
  const same = movement.amount === line.amount && movement.currency === line.currency;
  return same ? { verdict: 'matched', findings: [] } : { verdict: 'different', findings: different(line, movement) };
}

function unmatched(kind: 'doubled' | 'extra', line: BankLine, payoutId: string | null, time: number): Judgement {
  const { amount, currency } = moneyOf(line);
  const notMoved = payoutId === null ? 'no payout of the brand by this name' : 'the ledger did not move this';
  const finding: Finding = {
    key: `${kind}:${identityOf(line)}:${time}`,
    kind,
    payoutId,
    direction: line.direction,
    currency,
    bookAmount: null,
    bankAmount: amount,
    difference: -signed(line.direction, amount),
    detail: kind === 'doubled' ? 'the bank has booked it before' : notMoved,
    line,
  };
  return { verdict: kind, findings: [finding] };
}

/** Another amount is one difference; another currency is two, since sums are kept by currency. */
function different(line: BankLine, movement: Movement): Finding[] {
  const { amount, currency } = moneyOf(line);
  const { payoutId, direction } = movement;
  const key = `different:${payoutId}:${direction}:${amount}:${currency}`;
  const detail = `the ledger moved ${movement.amount} ${movement.currency}`;
  const both = { kind: 'different', payoutId, direction, detail, line } as const;
  const book = signed(direction, movement.amount);
  const bank = signed(direction, amount);
  if (currency === movement.currency)
    return [{ ...both, key, currency, bookAmount: movement.amount, bankAmount: amount, difference: book - bank }];
  return [
    { ...both, key, currency, bookAmount: null, bankAmount: amount, difference: -bank },
    { ...both, key: `${key}:book`, currency: movement.currency, bookAmount: movement.amount, bankAmount: null, difference: book },
  ];
}

function missing({ payoutId, direction, amount, currency }: Movement): Finding {
  return {
    key: `missing:${payoutId}:${direction}`,
    kind: 'missing',
    payoutId,
    direction,
    currency,
    bookAmount: amount,
    bankAmount: null,
    difference: signed(direction, amount),
    detail: 'the ledger moved it, and no statement shows it',
    line: null,
  };
}
