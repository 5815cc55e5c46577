import { electronicFormatIBAN, isValidIBAN } from 'ibantools';

/** An IBAN as banks exchange it (no blanks, upper case), or null when its country, length or check digits are wrong. */
export function checkedIban(text: string): string | null {
  const iban = electronicFormatIBAN(text);
  return iban !== null && isValidIBAN(iban) ? iban : null;
}

/** Enough of an account for its owner to recognise it: country and the last four. */
export const accountHint = (iban: string): string => `${iban.slice(0, 2)}** **** ${iban.slice(-4)}`;
