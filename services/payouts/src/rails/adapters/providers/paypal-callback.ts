import { z } from 'zod';
import type { CallbackHeaders, HearCallback, Said } from '../../domain/callback.js';
import type { CallProvider } from './http.js';
import { minor, type PaypalAccess, type PaypalFunding, paypalItem, stateOfItem } from './paypal.js';
import { AnswerDoubtful } from './provider.js';

/** PayPal sends a callback again for three days. */
const oldestMs = 4 * 86_400_000;
const earliestMs = 300_000;
const event = z.object({ id: z.string().min(1).max(255), event_type: z.string().max(255), resource: z.unknown() });
const verdict = z.object({ verification_status: z.string() });

/** PayPal says itself whether a callback is its own. */
export function hearPaypal(call: CallProvider, access: PaypalAccess): HearCallback {
  return async (given, headers, body, now) => {
    const funding = given as PaypalFunding;
    const signature = signatureIn(headers, now);
    if (!signature) return null;
    const parsed = event.safeParse(JSON.parse(body));
    if (!parsed.success) return null;
    const asked = JSON.stringify({ ...signature, webhook_id: funding.webhookId });
    const { status, json } = await call({
      method: 'POST',
      path: '/v1/notifications/verify-webhook-signature',
      headers: { authorization: `Bearer ${await access.token(funding)}`, 'content-type': 'application/json' },
      // As it came: another order or another blank would be another text.
      body: `${asked.slice(0, -1)},"webhook_event":${body}}`,
    });
    if (status !== 200) throw new AnswerDoubtful(`a signature could not be verified: the rail answered ${status}`);
    if (verdict.parse(json).verification_status !== 'SUCCESS') return null;
    const { id: eventId, event_type: eventType, resource } = parsed.data;
    return { eventId, eventType, said: eventType.startsWith('PAYMENT.PAYOUTS-ITEM.') ? saidOf(resource) : null };
  };
}

function signatureIn(headers: CallbackHeaders, now: Date) {
  const one = (name: string) => (typeof headers[name] === 'string' ? headers[name] : '');
  const time = one('paypal-transmission-time');
  const age = now.getTime() - Date.parse(time);
  const signature = {
    auth_algo: one('paypal-auth-algo'),
    cert_url: one('paypal-cert-url'),
    transmission_id: one('paypal-transmission-id'),
    transmission_sig: one('paypal-transmission-sig'),
    transmission_time: time,
  };
  const whole = Object.values(signature).every((part) => part !== '');
  return whole && age <= oldestMs && age >= -earliestMs ? signature : null;
}

function saidOf(resource: unknown): Said {
  const item = paypalItem.parse(resource);
  const { sender_item_id: payoutId, amount: money } = item.payout_item;
  const amount = minor(money);
  const { currency } = money;
  const state = stateOfItem(item, { payoutId, amount, currency });
  if (state.state === 'not-found') throw new AnswerDoubtful('an item that is not there');
  return { payoutId, amount, currency, reference: item.payout_item_id, state };
}
