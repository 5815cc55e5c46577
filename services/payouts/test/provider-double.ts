import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

// Payment providers on this machine, as their documentation describes them. They keep books of their own, to be held against the ledger.

/** What goes wrong with the next request that would move money. */
export type Fault = 'timeout-after-accept' | '500-after-accept' | '500-before-accept' | 'reject' | 'part';
export interface MoneyOut {
  rail: string;
  payoutId: string;
  amount: bigint;
  currency: string;
}
interface Transfer {
  id: string;
  amount: number;
  amount_reversed: number;
  currency: string;
  destination: string;
  transfer_group: string;
  metadata: Record<string, string>;
}
interface Item {
  payout_item_id: string;
  transaction_status: string;
  payout_item: { sender_item_id: string; amount: { value: string; currency: string } };
  errors?: { name: string };
}
interface Batch {
  id: string;
  status: string;
  items: Item[];
}
interface Answer {
  status: number;
  body: unknown;
}

export class ProviderDouble {
  /** Append-only: what left, whatever was answered. */
  readonly moneyOut: MoneyOut[] = [];
  /** Append-only too: what came back later. */
  readonly moneyBack: MoneyOut[] = [];
  readonly calls: string[] = [];
  readonly transfers: Transfer[] = [];
  readonly batches = new Map<string, Batch>();
  readonly faults: Fault[] = [];
  down = false;
  /** Told of each request twice: when it has arrived, and when it is done and not answered yet. True: the line breaks there. */
  onCall: (moment: 'arrived' | 'done', route: string) => boolean = () => false;
  /** Stripe answers a key as it answered it first, also with a 500. */
  private readonly stored = new Map<string, { body: string; answer: Answer }>();
  private readonly server = createServer((request, response) => void this.take(request, response));

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  /** Nobody can connect, until it listens again where it did. */
  async unplugged(during: () => Promise<void>): Promise<void> {
    const { port } = this.server.address() as AddressInfo;
    await this.stop();
    // A caller that still holds a connection would send into it, and could not tell what became of that.
    await delay(100);
    await during();
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
  }
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
  }
  /** The keys are too old to be known. */
  forgetKeys(): void {
    this.stored.clear();
  }
  outOf(payoutId: string | undefined): MoneyOut[] {
    return this.moneyOut.filter((each) => each.payoutId === payoutId);
  }
  item(payoutId: string | undefined): Item | undefined {
    return [...this.batches.values()].flatMap(({ items }) => items).find(({ payout_item: { sender_item_id: id } }) => id === payoutId);
  }
  transfer(payoutId: string | undefined): Transfer | undefined {
    return this.transfers.find(({ transfer_group: group }) => group === payoutId);
  }
  /** The partner's bank sends a payment back. */
  sendBack(payoutId: string): void {
    const [transfer, item, out] = [this.transfer(payoutId), this.item(payoutId), this.outOf(payoutId)[0]];
    if (transfer) transfer.amount_reversed = transfer.amount;
    if (item) item.transaction_status = 'RETURNED';
    if (out) this.moneyBack.push({ ...out });
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://double');
    const route = `${request.method} ${url.pathname}`;
    this.calls.push(route);
    if (this.down || this.onCall('arrived', route)) return void response.destroy();
    const answer = this.answer(request, url, Buffer.concat(chunks).toString('utf8'));
    if (answer === 'silent') return; // The caller waits until it gives up.
    if (this.onCall('done', route)) return void response.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }

  private answer(request: IncomingMessage, url: URL, body: string): Answer | 'silent' {
    const route = `${request.method} ${url.pathname}`;
    if (route === 'POST /v1/oauth2/token') return { status: 200, body: { access_token: 'token', expires_in: 3600 } };
    if (route === 'POST /v1/notifications/verify-webhook-signature') return verified(body);
    if (!/^Bearer (token|sk_)/.test(request.headers.authorization ?? '')) return { status: 401, body: { error: { type: 'auth' } } };
    if (route === 'POST /v1/transfers') return this.postTransfer(String(request.headers['idempotency-key']), body);
    if (route === 'GET /v1/transfers') {
      const data = this.transfers.filter(({ transfer_group: group }) => group === url.searchParams.get('transfer_group'));
      return { status: 200, body: { data, has_more: false } };
    }
    if (route === 'POST /v1/payments/payouts') return this.postBatch(body);
    const batch = [...this.batches.values()].find(({ id }) => url.pathname === `/v1/payments/payouts/${id}`);
    return batch
      ? { status: 200, body: shown(batch, Number(url.searchParams.get('page') ?? 1)) }
      : { status: 404, body: { name: 'NOT_FOUND' } };
  }

  private postTransfer(key: string, body: string): Answer | 'silent' {
    const known = this.stored.get(key);
    if (known && known.body !== body) return { status: 400, body: { error: { type: 'idempotency_error' } } };
    if (known) return known.answer;
    const fault = this.faults.shift();
    const answer = fault === '500-before-accept' ? broken : fault === 'reject' ? refused : this.makeTransfer(body);
    this.stored.set(key, { body, answer: fault === '500-after-accept' ? broken : answer });
    if (fault === 'timeout-after-accept') return 'silent';
    return fault === '500-after-accept' ? broken : answer;
  }

  private makeTransfer(body: string): Answer {
    const form = new URLSearchParams(body);
    const payoutId = form.get('metadata[payout_id]') ?? '';
    const amount = Number(form.get('amount'));
    const currency = form.get('currency') ?? '';
    this.moneyOut.push({ rail: 'stripe', payoutId, amount: BigInt(amount), currency: currency.toUpperCase() });
    const transfer: Transfer = {
      id: `tr_${this.transfers.length + 1}`,
      amount,
      amount_reversed: 0,
      currency,
      destination: form.get('destination') ?? '',
      transfer_group: form.get('transfer_group') ?? '',
      metadata: { payout_id: payoutId },
    };
    this.transfers.push(transfer);
    return { status: 200, body: transfer };
  }

  private postBatch(text: string): Answer | 'silent' {
    const body = JSON.parse(text) as {
      sender_batch_header: { sender_batch_id: string };
      items: { sender_item_id: string; amount: { value: string; currency: string } }[];
    };
    const name = body.sender_batch_header.sender_batch_id;
    const before = this.batches.get(name);
    if (before)
      return {
        status: 400,
        body: { name: 'USER_BUSINESS_ERROR', details: [{ link: [{ href: `https://api-m.paypal.com/v1/payments/payouts/${before.id}` }] }] },
      };
    const fault = this.faults.shift();
    if (fault === '500-before-accept') return broken;
    if (fault === 'reject') return { status: 422, body: { name: 'INSUFFICIENT_FUNDS' } };
    const items = body.items.map(({ sender_item_id, amount }, index): Item => {
      const [status, errors] =
        fault === 'part' && index % 2 === 1 ? ['FAILED', { errors: { name: 'RECEIVER_UNREGISTERED' } }] : ['SUCCESS', {}];
      if (status === 'SUCCESS')
        this.moneyOut.push({
          rail: 'paypal',
          payoutId: sender_item_id,
          amount: BigInt(amount.value.replace('.', '')),
          currency: amount.currency,
        });
      return {
        payout_item_id: `PI${this.moneyOut.length}${index}`,
        transaction_status: String(status),
        payout_item: { sender_item_id, amount },
        ...(errors as object),
      };
    });
    const batch = { id: `PB${this.batches.size + 1}`, status: 'SUCCESS', items };
    this.batches.set(name, batch);
    if (fault === 'timeout-after-accept') return 'silent';
    return fault === '500-after-accept'
      ? broken
      : { status: 201, body: { batch_header: { payout_batch_id: batch.id, batch_status: 'PENDING' } } };
  }
}

const broken: Answer = { status: 500, body: { error: { type: 'api_error' }, name: 'INTERNAL_SERVER_ERROR' } };
const refused: Answer = { status: 400, body: { error: { type: 'invalid_request_error', code: 'balance_insufficient' } } };

const cents = (value: string) => BigInt(value.replace('.', ''));
/** One page of a batch; pages are small here, so that they are read. */
function shown({ status, items }: Batch, page: number) {
  const size = 2;
  const total = items.reduce((sum, { payout_item: { amount } }) => sum + cents(amount.value), 0n);
  const value = `${total / 100n}.${String(total % 100n).padStart(2, '0')}`;
  return {
    batch_header: { batch_status: status, amount: { value, currency: items[0]?.payout_item.amount.currency ?? 'EUR' } },
    items: items.slice((page - 1) * size, page * size),
    total_pages: Math.ceil(items.length / size),
  };
}

/** PayPal says itself whether it sent a callback. */
function verified(text: string): Answer {
  const { transmission_sig: signature, webhook_id: webhook } = JSON.parse(text) as { transmission_sig: string; webhook_id: string };
  return { status: 200, body: { verification_status: signature === `signed-for-${webhook}` ? 'SUCCESS' : 'FAILURE' } };
}
