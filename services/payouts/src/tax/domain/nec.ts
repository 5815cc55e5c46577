import type { Standing } from './standing.js';

/** What a brand paid a partner in a year, in US cents. */
export interface Paid {
  net: bigint;
  withheld: bigint;
  /** Of what was withheld, what was backup withholding; the rest is told of on form 1042-S. */
  backup: bigint;
}
export type NecReason = 'at-threshold' | 'withheld' | 'below-threshold' | 'foreign-payee' | 'corporation' | 'payer-not-us';

/**
 * Whether a 1099-NEC is due: from the threshold on, counting what was withheld. Sources differ on "at" or "above" for the very
 * amount: "at" is taken, since a form too many harms nobody. Whatever was withheld as backup is told in any case.
 */
export function necDue(
  { net, withheld, backup }: Paid,
  threshold: bigint,
  standing: Standing,
  payerCountry: string | null,
): { required: boolean; why: NecReason } {
  if (payerCountry !== 'US') return { required: false, why: 'payer-not-us' };
  if (backup > 0n) return { required: true, why: 'withheld' };
  const { form } = standing;
  if (form && (form.kind === 'W-8BEN' || form.kind === 'W-8BEN-E' || form.refuses === 'W-8'))
    return { required: false, why: 'foreign-payee' };
  if (form?.corporation) return { required: false, why: 'corporation' };
  return net + withheld >= threshold ? { required: true, why: 'at-threshold' } : { required: false, why: 'below-threshold' };
}
