// A CommonJS module whose names Node.js does not see.
import jsvat from 'jsvat-next';

const { checkVAT, countries } = jsvat;

/** How VAT numbers of a country begin, where that is not its code. */
const prefixes: Readonly<Record<string, string>> = { GR: 'EL', CH: 'CHE' };

/**
 * A VAT number in its normal form, with its country's prefix; null when its digits do not check, or for a country whose numbers are not
 * known here. Whether it was given out is not asked: who verifies the registration asks VIES or HMRC.
 */
export function checkedVatNumber(number: string, country: string): string | null {
  const compact = number.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  const prefix = prefixes[country] ?? country;
  // Numbers for goods of Northern Ireland begin with XI and are the same ones.
  const own = checkVAT(compact, countries);
  // Some countries' numbers begin with any two letters: what is a whole number of another country is not one of them.
  if (own.isValid && own.country?.isoCode.short !== country) return null;
  const prefixed = compact.startsWith(prefix) || (country === 'GB' && compact.startsWith('XI')) ? compact : `${prefix}${compact}`;
  const checked = checkVAT(prefixed, countries);
  return checked.isValid && checked.country?.isoCode.short === country ? (checked.value ?? null) : null;
}
