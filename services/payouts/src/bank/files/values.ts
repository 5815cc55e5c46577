import { isCurrency, parseMajor } from '@tributary/money';
import { payoutIdOf } from '../../rails/domain/end-to-end-id.js';
import { UnreadableFile } from '../domain/bank-line.js';
import { type Element, textAt } from './xml.js';

/** So many lines one file may hold. */
export const mostLines = 20_000;
/** The largest amount of one line, in minor units. */
const largest = 1_000_000_000_000_000n;

export interface Amount {
  amount: bigint;
  currency: string;
}

/** A decimal amount of a file in minor units, exactly. @throws UnreadableFile */
export function amountOf(text: string, currency: string): Amount {
  if (!isCurrency(currency)) throw new UnreadableFile(`${text.slice(0, 30)} is of no known currency`);
  if (!/^\d{1,18}(\.\d{0,5})?$/.test(text)) throw new UnreadableFile(`${text.slice(0, 30)} is not an amount`);
  const amount = exact(text.replace(/\.$/, ''), currency);
  if (amount === null || amount > largest) throw new UnreadableFile(`${text.slice(0, 30)} is not an amount of ${currency}`);
  return { amount, currency };
}

function exact(text: string, currency: Parameters<typeof parseMajor>[1]): bigint | null {
  try {
    return parseMajor(text, currency);
  } catch {
    return null;
  }
}

/** The amount that an element holds, as `<Amt Ccy="EUR">1.00</Amt>`; null without one. */
export function amountAt(element: Element | undefined, ...path: readonly string[]): Amount | null {
  const text = textAt(element, ...path);
  const currency = textAt(element, ...path, '@Ccy');
  return text === null || currency === null ? null : amountOf(text, currency);
}

/** The day of a date or of an instant with its own offset. @throws UnreadableFile */
export function dayOf(text: string | null): string | null {
  if (text === null) return null;
  const day = text.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(date.getTime()) || !date.toISOString().startsWith(day))
    throw new UnreadableFile(`${text.slice(0, 30)} is not a date`);
  return day;
}

/** A name that banks hand through, at most so long as ISO 20022 lets it be; what means "none" is none. */
export function identifier(text: string | null): string | null {
  const given = text?.trim() ?? '';
  return given === '' || given === 'NOTPROVIDED' ? null : given.slice(0, 35);
}

/** The payment that a bank means: by our id where it is one of ours. */
export function paymentName(text: string | null): string | null {
  const given = identifier(text);
  return given === null ? null : payoutIdOf(given);
}

/** Refuses a file with more lines than we take. */
export function requireFew(lines: number): void {
  if (lines > mostLines) throw new UnreadableFile(`the file has more than ${mostLines} lines`);
}
