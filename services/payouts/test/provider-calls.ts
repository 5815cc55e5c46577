import { createHmac } from 'node:crypto';
import { newId } from '@tributary/contracts';
import type { ProviderDouble } from './provider-double.js';
import { funding, type Name } from './provider-world.js';

/** A call of a provider about a payout, as often as it is sent. */
export interface ProviderCall {
  path: string;
  body: string;
  /** Signed at the moment of sending. */
  headers(now: Date): Record<string, string>;
}

/** What the provider has to tell of a payout; undefined when it knows nothing of it, or no money moved. */
export function callOf(
  double: ProviderDouble,
  rail: Name,
  account: string,
  payoutId: string,
  state: 'settled' | 'returned',
): ProviderCall | undefined {
  const id = newId('event');
  const path = `/api/v1/rail-callbacks/${rail}/${account}`;
  if (rail === 'stripe') {
    const object = double.transfer(payoutId);
    if (!object) return undefined;
    const body = JSON.stringify({ id, type: state === 'returned' ? 'transfer.reversed' : 'transfer.created', data: { object } });
    return { path, body, headers: (now) => signedByStripe(body, now) };
  }
  const resource = double.item(payoutId);
  if (!resource || resource.transaction_status === 'FAILED') return undefined;
  const body = JSON.stringify({ id, event_type: `PAYMENT.PAYOUTS-ITEM.${state === 'returned' ? 'RETURNED' : 'SUCCEEDED'}`, resource });
  return { path, body, headers: (now) => signedByPaypal(id, now) };
}

function signedByStripe(body: string, now: Date): Record<string, string> {
  const at = Math.floor(now.getTime() / 1000);
  const signature = createHmac('sha256', funding.stripe.webhookSecret).update(`${at}.${body}`).digest('hex');
  return { 'stripe-signature': `t=${at},v1=${signature}` };
}

const signedByPaypal = (id: string, now: Date): Record<string, string> => ({
  'paypal-auth-algo': 'SHA256withRSA',
  'paypal-cert-url': 'https://api.paypal.com/cert',
  'paypal-transmission-id': id,
  'paypal-transmission-sig': `signed-for-${funding.paypal.webhookId}`,
  'paypal-transmission-time': now.toISOString(),
});
