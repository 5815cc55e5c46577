const dayMs = 86_400_000;

/** For how many days after its settlement a rail takes a payment back when it is asked to; null: not at all. */
export const reversibleDays: Readonly<Record<string, number | null>> = {
  // A file cannot be called back by us: banks recall at the wish of a person, and owe nothing.
  'bank-file': null,
  'nacha-file': null,
  'csv-file': null,
  // What the receiver has, PayPal leaves with him.
  paypal: null,
  stripe: 90,
  'simulated-api': 90,
};

/** Why a rail does not take a payout back; null: it can be asked. */
export function whyNotReversible(rail: string, settledAt: Date, now: Date): string | null {
  const days = reversibleDays[rail] ?? null;
  if (days === null) return `${rail} takes nothing back`;
  return now.getTime() < settledAt.getTime() + days * dayMs ? null : `${rail} takes nothing back after ${days} days`;
}
