import { formatMajor, isCurrency, parseMajor } from '@tributary/money';
import { z } from 'zod';
import { PaidOtherwise } from '../../domain/paid-otherwise.js';
import type { Answer, Costs, RailState } from '../../domain/rail.js';
import type { CallProvider } from './http.js';
import { AnswerDoubtful, type Asked, NotReached, type Provider } from './provider.js';

export interface PaypalFunding {
  clientId: string;
  clientSecret: string;
  webhookId: string;
}
export interface PaypalAccount {
  email: string;
}

const money = z.object({ value: z.string(), currency: z.string() });
export const paypalItem = z.object({
  payout_item_id: z.string(),
  transaction_status: z.string().optional(),
  payout_item: z.object({ sender_item_id: z.string(), amount: money }),
  errors: z.object({ name: z.string() }).optional(),
  payout_item_fee: money.optional(),
  /** Of a payment out of a balance in another currency. */
  currency_conversion: z.object({ from_amount: money }).optional(),
});
export type PaypalItem = z.infer<typeof paypalItem>;
const token = z.object({ access_token: z.string(), expires_in: z.number() });
const made = z.object({ batch_header: z.object({ payout_batch_id: z.string() }) });
const shown = z.object({
  batch_header: z.object({ batch_status: z.string(), amount: money.optional() }),
  items: z.array(paypalItem).optional(),
  total_pages: z.int().optional(),
});
const link = z.object({ href: z.string() });
const failure = z.object({
  name: z.string(),
  links: z.array(link).optional(),
  details: z.array(z.looseObject({ link: z.array(link).optional() })).optional(),
});

const dayMs = 86_400_000;
const over = new Set(['SUCCESS', 'DENIED', 'CANCELED']);
const pageSize = 1000;

/** Gets a token for an account, and keeps it while it is good. */
export function paypalAccess(call: CallProvider) {
  const tokens = new Map<string, { text: string; until: number }>();
  return {
    async token({ clientId, clientSecret }: PaypalFunding): Promise<string> {
      const known = tokens.get(clientId);
      if (known && known.until > Date.now()) return known.text;
      const { status, json } = await call({
        method: 'POST',
        path: '/v1/oauth2/token',
        headers: {
          authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'grant_type=client_credentials',
      });
      if (status !== 200) throw new AnswerDoubtful(`no token: the rail answered ${status}`);
      const { access_token: text, expires_in: seconds } = token.parse(json);
      tokens.set(clientId, { text, until: Date.now() + (seconds - 60) * 1000 });
      return text;
    },
    forget: ({ clientId }: PaypalFunding) => void tokens.delete(clientId),
  };
}
export type PaypalAccess = ReturnType<typeof paypalAccess>;

/** Payouts by batch. A batch's own name keeps it from being made twice for thirty days, and a repetition names the first one. */
export function paypal(call: CallProvider, access: PaypalAccess): Provider<PaypalFunding, PaypalAccount> {
  const headers = async (funding: PaypalFunding) => ({
    authorization: `Bearer ${await access.token(funding)}`,
    'content-type': 'application/json',
  });
  return {
    rail: 'paypal',
    paymentsPerBatch: 500,
    windowMs: 29 * dayMs,
    refusalsRepeat: false,
    refuses: ({ currency }) => (isCurrency(currency) ? null : `${currency} is not paid this way`),
    bodyOf: (batchId, payments) =>
      JSON.stringify({
        sender_batch_header: { sender_batch_id: batchId, email_subject: 'Your commission' },
        items: payments.map(({ payoutId, amount, currency, account }) => ({
          recipient_type: 'EMAIL',
          receiver: account.email,
          amount: { value: formatMajor(amount, currency as Parameters<typeof formatMajor>[1]), currency },
          sender_item_id: payoutId,
        })),
      }),
    async send(funding, batchId, body) {
      const signedIn = await headers(funding).catch((error: unknown) => {
        throw new NotReached(error);
      });
      const request = { ...signedIn, 'paypal-request-id': batchId };
      const { status, json } = await call({ method: 'POST', path: '/v1/payments/payouts', headers: request, body });
      if (status === 401) access.forget(funding);
      return answerOf(status, json);
    },
    async find(funding, asked) {
      // Without its name a batch cannot be asked for; sending it again within the window asks for it.
      if (asked.reference === null) return { state: 'not-found' };
      return itemState(await batchOf(call, await headers(funding), asked.reference), asked);
    },
  };
}

function answerOf(status: number, json: unknown): Answer {
  const batch = made.safeParse(json);
  if (status === 201 && batch.success) return { outcome: 'accepted', reference: batch.data.batch_header.payout_batch_id };
  const { data: error } = failure.safeParse(json);
  const known = error && linkedBatch(error);
  if (status === 400 && known) return { outcome: 'accepted', reference: known };
  // A name that was used before, without saying where it leads: the first batch may well be there.
  const duplicate = error !== undefined && /DUPLICATE|USER_BUSINESS_ERROR/.test(error.name);
  if (error && !duplicate && (status === 400 || status === 403 || status === 422))
    return { outcome: 'rejected', reason: error.name.slice(0, 100) };
  return { outcome: 'unknown', reason: `the rail answered ${status}` };
}

/** The batch that a refused repetition leads to. */
function linkedBatch({ links = [], details = [] }: z.infer<typeof failure>): string | undefined {
  const hrefs = [...links, ...details.flatMap((detail) => detail.link ?? [])].map(({ href }) => href);
  return hrefs.map((href) => /\/v1\/payments\/payouts\/([A-Za-z0-9_-]+)$/.exec(href)?.[1]).find((id) => id !== undefined);
}

interface Batch {
  status: string;
  items: PaypalItem[];
}

/** The whole batch, over all its pages. @throws AnswerDoubtful when a batch that is over is not the sum of its items */
async function batchOf(call: CallProvider, headers: Readonly<Record<string, string>>, reference: string): Promise<Batch> {
  const items: PaypalItem[] = [];
  for (let page = 1; ; page++) {
    const path = `/v1/payments/payouts/${encodeURIComponent(reference)}?page=${page}&page_size=${pageSize}&total_required=true`;
    const { status, json } = await call({ method: 'GET', path, headers });
    if (status !== 200) throw new AnswerDoubtful(`a look-up answered ${status}`);
    const answer = shown.parse(json);
    items.push(...(answer.items ?? []));
    if (page < (answer.total_pages ?? 1)) continue;
    const { batch_status: state, amount } = answer.batch_header;
    if (over.has(state) && amount && sumOf(items, amount.currency) !== minor(amount))
      throw new AnswerDoubtful(`batch ${reference} is not the sum of its items`);
    return { status: state, items };
  }
}

/** Minor units of an amount. @throws AnswerDoubtful */
export function minor({ value, currency }: z.infer<typeof money>): bigint {
  if (!isCurrency(currency)) throw new AnswerDoubtful(`${currency} is not a currency`);
  return parseMajor(value, currency);
}

const sumOf = (items: readonly PaypalItem[], currency: string): bigint =>
  items.reduce((sum, { payout_item: { amount } }) => sum + (amount.currency === currency ? minor(amount) : 0n), 0n);

function itemState({ status, items }: Batch, { item, reference }: Asked): RailState {
  const found = items.find(({ payout_item: { sender_item_id: id } }) => id === item.payoutId);
  if (found) return stateOfItem(found, item);
  // Every payment of a batch is an item of its own: what is not among them once it is over was not taken.
  return over.has(status)
    ? { state: 'rejected', reason: `batch ${status.toLowerCase()} without it` }
    : { state: 'accepted', reference: reference ?? '' };
}

const states: Readonly<Record<string, 'settled' | 'returned' | 'rejected'>> = {
  SUCCESS: 'settled',
  RETURNED: 'returned',
  REFUNDED: 'returned',
  REVERSED: 'returned',
  FAILED: 'rejected',
  DENIED: 'rejected',
};

/** What an item says of its payout. @throws AnswerDoubtful when it is not what was asked for */
export function stateOfItem(found: PaypalItem, { payoutId, amount, currency }: Asked['item']): RailState {
  const { payout_item_id: reference, transaction_status: status = 'PENDING', payout_item: asked, errors } = found;
  if (asked.sender_item_id !== payoutId) throw new AnswerDoubtful(`item ${reference} is not of ${payoutId}`);
  const state = states[status] ?? 'accepted';
  if (asked.amount.currency !== currency || minor(asked.amount) !== amount) {
    const detail = `item ${reference} is of ${asked.amount.value} ${asked.amount.currency}, not ${amount} ${currency}`;
    if (state !== 'settled') throw new AnswerDoubtful(detail);
    throw new PaidOtherwise(detail, { amount: minor(asked.amount), currency: asked.amount.currency, reference });
  }
  return state === 'rejected' ? { state, reason: (errors?.name ?? status).slice(0, 100) } : { state, reference, ...costs(found) };
}

/** What PayPal took for an item, and what it took it from, where it says so. */
function costs({ payout_item_fee: fee, currency_conversion: converted }: PaypalItem): Costs {
  const amountOf = (of: z.infer<typeof money>) => ({ amount: minor(of), currency: of.currency });
  return {
    ...(fee && minor(fee) > 0n && { fee: amountOf(fee) }),
    ...(converted && { debited: amountOf(converted.from_amount) }),
  };
}
