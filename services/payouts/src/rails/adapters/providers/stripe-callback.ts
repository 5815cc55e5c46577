import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { HearCallback, Said } from '../../domain/callback.js';
import { feeOf, type StripeFunding, stripeTransfer } from './stripe.js';

const toleranceMs = 300_000;
const event = z.object({ id: z.string().min(1).max(255), type: z.string().max(255), data: z.object({ object: z.unknown() }) });

/** Whether `Stripe-Signature` is one of the account's secret over this body, made within five minutes. */
export function isSignedByStripe(secret: string, header: unknown, body: string, now: Date): boolean {
  if (typeof header !== 'string') return false;
  const parts = header.split(',').map((part) => part.split('=', 2));
  const time = parts.find(([name]) => name === 't')?.[1] ?? '';
  if (!/^\d{1,12}$/.test(time) || Math.abs(now.getTime() - Number(time) * 1000) > toleranceMs) return false;
  const expected = createHmac('sha256', secret).update(`${time}.${body}`).digest();
  return parts.some(([name, value = '']) => {
    const given = Buffer.from(value, 'hex');
    return name === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

export const hearStripe: HearCallback = async (funding, headers, body, now) => {
  if (!isSignedByStripe((funding as StripeFunding).webhookSecret, headers['stripe-signature'], body, now)) return null;
  const { id: eventId, type: eventType, data } = event.parse(JSON.parse(body));
  return { eventId, eventType, said: eventType.startsWith('transfer.') ? saidOf(data.object) : null };
};

function saidOf(object: unknown): Said | null {
  const transfer = stripeTransfer.parse(object);
  const { id, amount, amount_reversed: reversed, currency, metadata } = transfer;
  const payoutId = metadata['payout_id'];
  // Transfers that others make from the same account are none of ours.
  if (payoutId === undefined) return null;
  const state = reversed >= amount ? 'returned' : 'settled';
  return {
    payoutId,
    amount: BigInt(amount),
    currency: currency.toUpperCase(),
    reference: id,
    state: { state, reference: id, ...feeOf(transfer) },
  };
}
