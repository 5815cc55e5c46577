import { exponentOf, isCurrency } from '@tributary/money';
import { z } from 'zod';
import { PaidOtherwise } from '../../domain/paid-otherwise.js';
import type { Answer, RailState } from '../../domain/rail.js';
import type { CallProvider } from './http.js';
import { AnswerDoubtful, type Asked, type Provider } from './provider.js';

export interface StripeFunding {
  secretKey: string;
  webhookSecret: string;
}
export interface StripeAccount {
  accountId: string;
}

export const stripeTransfer = z.object({
  id: z.string(),
  amount: z.int(),
  amount_reversed: z.int(),
  currency: z.string(),
  transfer_group: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  /** An id, unless asked to be shown. */
  balance_transaction: z.union([z.string(), z.object({ fee: z.int(), currency: z.string() })]).nullish(),
});
/** A transfer, or the reversal of one: they are named. */
const named = z.object({ id: z.string() });
const failure = z.object({ error: z.object({ type: z.string(), code: z.string().optional() }) });
const list = z.object({ data: z.array(stripeTransfer), has_more: z.boolean() });

const dayMs = 86_400_000;
/** Currencies whose smallest unit is another one there than in ISO 4217. */
const ownUnits = new Set(['ISK', 'UGX', 'HUF', 'TWD', 'MGA']);

/** Transfers to connected accounts, one under each key. The money is with the partner as soon as the transfer is there. */
export function stripe(call: CallProvider): Provider<StripeFunding, StripeAccount> {
  const headers = ({ secretKey }: StripeFunding) => ({ authorization: `Bearer ${secretKey}`, 'stripe-version': '2024-06-20' });
  return {
    rail: 'stripe',
    paymentsPerBatch: 1,
    // Keys are kept for a day at least.
    windowMs: dayMs,
    refusalsRepeat: true,
    refuses: ({ currency }) =>
      isCurrency(currency) && exponentOf(currency) <= 2 && !ownUnits.has(currency) ? null : `${currency} is not paid this way`,
    bodyOf: (_batchId, [payment]) => {
      if (!payment) throw new Error('a transfer needs a payment');
      const { payoutId, amount, currency, account } = payment;
      return new URLSearchParams({
        amount: amount.toString(),
        currency: currency.toLowerCase(),
        destination: account.accountId,
        transfer_group: payoutId,
        'metadata[payout_id]': payoutId,
      }).toString();
    },
    async send(funding, batchId, body) {
      const { status, json } = await call({
        method: 'POST',
        path: '/v1/transfers',
        headers: { ...headers(funding), 'idempotency-key': batchId, 'content-type': 'application/x-www-form-urlencoded' },
        body,
      });
      return answerOf(status, json);
    },
    async reverse(funding, { id, reference }) {
      if (reference === null) throw new AnswerDoubtful(`the transfer of ${id} has no name yet`);
      const { status, json } = await call({
        method: 'POST',
        path: `/v1/transfers/${encodeURIComponent(reference)}/reversals`,
        headers: { ...headers(funding), 'idempotency-key': `${id}-reversal`, 'content-type': 'application/x-www-form-urlencoded' },
        body: '',
      });
      return answerOf(status, json);
    },
    async find(funding, { item }) {
      const path = `/v1/transfers?${new URLSearchParams({ transfer_group: item.payoutId, limit: '10', 'expand[]': 'data.balance_transaction' })}`;
      const { status, json } = await call({ method: 'GET', path, headers: headers(funding) });
      if (status !== 200) throw new AnswerDoubtful(`a look-up answered ${status}`);
      const { data } = list.parse(json);
      const [transfer] = data;
      if (data.length > 1) throw new AnswerDoubtful(`there are ${data.length} transfers of ${item.payoutId}: a person must look`);
      return transfer ? stateOf(transfer, item) : { state: 'not-found' };
    },
  };
}

/** Only what says clearly that nothing was done is a "no". */
function answerOf(status: number, json: unknown): Answer {
  if (status === 200) {
    const transfer = named.safeParse(json);
    return transfer.success
      ? { outcome: 'accepted', reference: transfer.data.id }
      : { outcome: 'unknown', reason: 'the rail answered something else than a transfer' };
  }
  const { error } = failure.safeParse(json).data ?? {};
  const definite = (status === 400 || status === 402 || status === 404) && error !== undefined && error.type !== 'idempotency_error';
  if (definite) return { outcome: 'rejected', reason: (error.code ?? error.type).slice(0, 100) };
  return { outcome: 'unknown', reason: `the rail answered ${status}` };
}

/** What a transfer says of its payout. @throws AnswerDoubtful when it is not what was asked for */
export function stateOf(transfer: z.infer<typeof stripeTransfer>, { payoutId, amount, currency }: Asked['item']): RailState {
  if (transfer.metadata['payout_id'] !== payoutId) throw new AnswerDoubtful(`transfer ${transfer.id} is not of ${payoutId}`);
  if (BigInt(transfer.amount) !== amount || transfer.currency.toUpperCase() !== currency)
    throw new PaidOtherwise(`transfer ${transfer.id} is of ${transfer.amount} ${transfer.currency}, not ${amount} ${currency}`, {
      amount: BigInt(transfer.amount),
      currency: transfer.currency.toUpperCase(),
      reference: transfer.id,
    });
  return { state: transfer.amount_reversed >= transfer.amount ? 'returned' : 'settled', reference: transfer.id, ...feeOf(transfer) };
}

/** What Stripe took for a transfer, where it shows that. */
export function feeOf({ balance_transaction: booked }: z.infer<typeof stripeTransfer>): { fee?: { amount: bigint; currency: string } } {
  if (typeof booked !== 'object' || booked === null || booked.fee <= 0) return {};
  return { fee: { amount: BigInt(booked.fee), currency: booked.currency.toUpperCase() } };
}
