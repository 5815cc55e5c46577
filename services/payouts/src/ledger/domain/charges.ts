import type { PayoutCharge } from '@tributary/contracts';

/** What all charges of a payout add to the sum of its lines; minor units, mostly below zero. */
export const sumOfCharges = (charges: readonly PayoutCharge[]): bigint => charges.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
