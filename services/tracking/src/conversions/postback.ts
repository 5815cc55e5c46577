import { createHmac, timingSafeEqual } from 'node:crypto';
import { postback } from '@tributary/contracts';
import { MoneyError, parseMajor, toWireAmount } from '@tributary/money';
import { type QueryOf, Rejected, type Route, raw } from '@tributary/service-kit';
import { timeOfClickId } from '../ids.js';
import { type RequestSpan, startRequestSpan } from '../shared/request-span.js';
import type { Tracking } from '../tracking.js';
import type { Outcome } from './incoming.js';
import { countOutcomes } from './intake-meter.js';
import { refusal } from './post-events.js';
import { readEvent } from './read-event.js';

type Asked = QueryOf<typeof postback>;

/** `GET /postback`: another system reports what became of a click. The click says whose brand it is. */
export const postbackRoute = (service: Tracking): Route =>
  raw(postback, async (request, _host, incoming, response) => {
    const span = startRequestSpan('/postback', incoming);
    try {
      const outcome = await takePostback(service, request.query as Asked, request.now, span);
      countOutcomes('postback', [outcome]);
      if ('conversionId' in outcome) span.isAbout(outcome.conversionId);
      response.status(200).set('cache-control', 'no-store').json(outcome);
    } catch (error) {
      if (error instanceof Rejected) countOutcomes('postback', [{ outcome: 'rejected', code: error.code }]);
      throw error;
    } finally {
      span.end(response.statusCode);
    }
  });

async function takePostback(service: Tracking, asked: Asked, now: Date, span: RequestSpan): Promise<Outcome> {
  const click = await findClick(service, asked.click_id);
  checkSignature(service, click, asked);
  const originalEventId = asked['original_event_id'];
  const money = moneyOf(asked, click.currency);
  const body = {
    type: asked.event,
    eventId: `pb:${asked.click_id}:${asked.event}:${asked.txid ?? ''}`,
    brandId: click.brandId,
    clickId: asked.click_id,
    occurredAt: now.toISOString(),
    ...money,
    ...(typeof originalEventId === 'string' ? { originalEventId } : {}),
  };
  const actor = { actorId: `postback:${click.brandId}`, actorKind: 'system' as const };
  // A postback says nothing of when: its repetition a month later is still a repetition.
  const event = readEvent(
    body,
    { now, source: 'postback', traceparent: span.traceparent, cameFrom: span.cameFrom, actor, brandIds: [] },
    service.kit.keys.hmac,
    {
      eventHasNoTime: true,
    },
  );
  const outcome = 'outcome' in event ? event : await service.takeOne(event);
  if (outcome.outcome === 'rejected') throw refusal(outcome);
  return outcome;
}

interface ClickOfBrand {
  brandId: string;
  currency: string;
  /** The brand's signing secret, sealed; null when it has set none. */
  sealed: string | null;
}

const findClickOfBrand = /* sql */ `
SELECT c.brand_id AS "brandId", b.currency, s.sealed FROM clicks c JOIN brands b USING (brand_id) LEFT JOIN postback_secrets s USING (brand_id) WHERE c.id = $1`;

async function findClick(service: Tracking, clickId: string): Promise<ClickOfBrand> {
  const madeAt = timeOfClickId(clickId);
  if (madeAt === undefined) throw new Rejected('not-found', { detail: 'This is no click id of ours' });
  const { rows } = await service.hotPool.query<ClickOfBrand>({ name: 'find_click_of_brand', text: findClickOfBrand, values: [clickId] });
  if (rows[0]) return rows[0];
  // A young click may lie in the spool of an instance: worth another try.
  if (Math.abs(Date.now() - madeAt) < 24 * 3_600_000) throw new Rejected('reference-not-yet-known', { headers: { 'retry-after': '2' } });
  throw new Rejected('not-found', { detail: 'There is no such click' });
}

/** Amounts of postbacks are decimals in major units; exact, or refused. Without a currency the brand's is meant. */
function moneyOf({ amount, currency }: Asked, brandCurrency: string): { amount?: number; currency?: string } {
  if (amount === undefined || amount === '') return {};
  const code = currency ?? brandCurrency;
  try {
    const minor = parseMajor(amount, code);
    if (minor < 0n) throw new Rejected('amount-negative', { errors: [{ pointer: '?amount', rule: 'must not be negative' }] });
    return { amount: toWireAmount(minor), currency: code };
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    if (error.code === 'unknown-currency') throw new Rejected('currency-unknown');
    throw new Rejected('amount-not-exact', { detail: error.message, errors: [{ pointer: '?amount', rule: error.code }] });
  }
}

function checkSignature(service: Tracking, { brandId, sealed }: ClickOfBrand, asked: Asked): void {
  if (sealed === null) return;
  const expected = Buffer.from(postbackSignature(service.kit.keys.decrypt(brandId, sealed), asked));
  const given = Buffer.from(asked.signature ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Rejected('signature-invalid');
}

/** HMAC-SHA256 (hex) over the other parameters, decoded, as `name=value` sorted by name and joined by `&`. */
export function postbackSignature(secret: string, parameters: Readonly<Record<string, unknown>>): string {
  const signed = Object.keys(parameters)
    .filter((name) => name !== 'signature')
    .sort()
    .map((name) => `${name}=${String(parameters[name])}`)
    .join('&');
  return createHmac('sha256', secret).update(signed).digest('hex');
}
