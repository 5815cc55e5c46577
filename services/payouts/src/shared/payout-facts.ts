import { toWireAmount } from '@tributary/money';
import type { PayoutRow } from '../runs/run-store.js';

type Known = Pick<PayoutRow, 'id' | 'runId' | 'partnerId' | 'brandId' | 'amount' | 'currency' | 'sandbox'>;

/** What every event of a payout says of it. */
export const payoutFacts = ({ id: payoutId, runId, partnerId, brandId, amount, currency, sandbox }: Known) => ({
  payoutId,
  runId,
  partnerId,
  brandId,
  amount: toWireAmount(amount),
  currency,
  sandbox,
});
