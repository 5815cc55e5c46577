import { shareOf } from './withholding.js';

/** What is known of a partner's VAT from a day on. */
export interface Registration {
  id: string;
  version: number;
  country: string;
  /** Null: not registered. */
  numberHint: string | null;
  rate: string;
  validFrom: string;
  validUntil: string | null;
  status: 'pending' | 'verified' | 'declined';
}
export interface Agreement {
  id: string;
  validFrom: string;
  validUntil: string;
  status: 'offered' | 'agreed' | 'ended';
  /** The last day on which it counts once it was ended. */
  endsOn: string | null;
}
export interface Vat {
  amount: bigint;
  rate: string;
  treatment: 'charged' | 'reverse-charge' | 'none';
  reason: 'domestic' | 'other-eu-country' | 'other-country' | 'brand-without-tax-profile' | 'no-vat-number' | 'no-agreement';
  registrationId: string | null;
  agreementId: string | null;
}

const eu = 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK';
const euCountries: ReadonlySet<string> = new Set(eu.split(' '));
export const isEu = (country: string): boolean => euCountries.has(country);

/** The registration that counts on a day: the newest verified one that has begun. That one may have ended, or say "none". */
export function registrationOn<R extends Registration>(registrations: readonly R[], day: string): R | null {
  const begun = registrations.filter(({ status, validFrom }) => status === 'verified' && validFrom <= day);
  const newest = begun.reduce<R | null>((best, each) => (best && best.version > each.version ? best : each), null);
  if (!newest || newest.numberHint === null) return null;
  return newest.validUntil !== null && newest.validUntil < day ? null : newest;
}

/** An agreement that both sides have made and that counts on a day; of several the first. */
export function agreementOn<A extends Agreement>(agreements: readonly A[], day: string): A | null {
  return (
    agreements.find(
      ({ status, validFrom, validUntil, endsOn }) =>
        validFrom <= day && day <= validUntil && (status === 'agreed' || (status === 'ended' && endsOn !== null && day <= endsOn)),
    ) ?? null
  );
}

/**
 * The VAT of a commission on a day. Without a number or an agreement that are valid then nothing is charged, and no invoice written:
 * the partner bills it himself. Abroad the customer accounts for it: within the EU the invoice says so.
 */
export function vatOf(
  facts: { brandCountry: string | null; registrations: readonly Registration[]; agreements: readonly Agreement[]; day: string },
  net: bigint,
): Vat {
  const { brandCountry, registrations, agreements, day } = facts;
  const registration = registrationOn(registrations, day);
  const agreement = agreementOn(agreements, day);
  const none = (reason: Vat['reason']): Vat => ({
    amount: 0n,
    rate: '0',
    treatment: 'none',
    reason,
    registrationId: null,
    agreementId: null,
  });
  if (brandCountry === null) return none('brand-without-tax-profile');
  if (!registration) return none('no-vat-number');
  if (!agreement) return none('no-agreement');
  const known = { registrationId: registration.id, agreementId: agreement.id };
  if (registration.country === brandCountry) {
    const { rate } = registration;
    return { amount: net > 0n ? shareOf(net, rate) : 0n, rate, treatment: 'charged', reason: 'domestic', ...known };
  }
  if (isEu(registration.country) && isEu(brandCountry))
    return { amount: 0n, rate: '0', treatment: 'reverse-charge', reason: 'other-eu-country', ...known };
  return none('other-country');
}

/** The last day of twelve months: as long as an agreement may last at most. From 29 February as from the 28th. */
export function lastDayOf(validFrom: string): string {
  const [year = 0, month = 1, day = 1] = validFrom.split('-').map(Number);
  const anniversary = month === 2 && day === 29 ? 28 : day;
  return new Date(Date.UTC(year + 1, month - 1, anniversary - 1)).toISOString().slice(0, 10);
}
