import { expect, test } from '@jest/globals';
import { type TrackingEventBody, trackingEvent } from '@tributary/contracts';
import { flawOfEvent } from './check-event.js';
import { detailsOf } from './details.js';

const now = new Date('2026-03-10T12:00:00.000Z');
const brandId = 'brd_01kjpwd6m0ffa84b73zwdx7whd';
const event = (more: Partial<TrackingEventBody> = {}): TrackingEventBody => ({
  type: 'sale',
  eventId: 'e',
  brandId,
  customerKey: 'c',
  occurredAt: now.toISOString(),
  amount: 1000,
  currency: 'EUR',
  ...more,
});
const activity = (more: Partial<TrackingEventBody> = {}) => {
  const { amount: _, ...rest } = event({ type: 'player-activity' });
  return { ...rest, ...more };
};
const line = { sku: 'A', quantity: 1, amount: 700 };

test('T-41 details are what was given and nothing else; lots are the quantity', () => {
  expect(detailsOf(event())).toBeNull();
  expect(detailsOf(event({ type: 'trade', lots: '1.50', symbol: 'EURUSD', spread: '0.8', averageSpread: '1.1' }))).toEqual({
    quantity: '1.50',
    symbol: 'EURUSD',
    spread: '0.8',
    averageSpread: '1.1',
  });
  expect(detailsOf(event({ plan: 'pro', country: 'DE', discount: 0 }))).toEqual({ plan: 'pro', country: 'DE', discount: 0 });
});

test('M-14 metadata is told as it was sent', () => {
  const metadata = { channel: 'webinar', sales_region: 'north @ 7.5', constructor: 'x' };
  expect(trackingEvent.parse(event({ metadata }))).toEqual(event({ metadata }));
  expect(detailsOf(event({ metadata }))).toEqual({ metadata });
  expect(detailsOf(event({ metadata: {} }))).toEqual({ metadata: {} });
});

test('T-41 when a trade was opened and closed, and at which prices, is told as it was sent', () => {
  const ticket = { openedAt: '2026-03-10T09:00:00.000Z', closedAt: '2026-03-10T11:30:00Z', openPrice: '1.08452', closePrice: '-37.63' };
  expect(detailsOf(trackingEvent.parse(event({ type: 'trade', lots: '1.50', ...ticket })))).toEqual({ quantity: '1.50', ...ticket });
});

test('T-39 player activity needs a currency and no amount, and carries its licence, revenue and deductions', () => {
  const figures = { licence: 'MGA', grossRevenue: -500, turnover: 9000, deductions: { 'gaming-tax': 75, bonus: -10 } };
  expect(flawOfEvent(activity(figures), now)).toBeUndefined();
  expect(detailsOf(activity(figures))).toEqual(figures);
  const { currency: _, ...without } = activity(figures);
  expect(flawOfEvent(without, now)).toBe('currency-required');
  expect(flawOfEvent({ ...without, type: 'poker-night' }, now)).toBe('amount-without-currency');
  expect(flawOfEvent(activity({ ...figures, type: 'poker-night' }), now)).toBeUndefined();
  expect(flawOfEvent(event({ grossRevenue: 1 }), now)).toBe('figures-not-of-kind');
});

test('the lines of an order less its discount are its amount, or it is refused by name', () => {
  const lines = [line, { ...line, sku: 'B', category: 'books', amount: 400 }];
  expect(flawOfEvent(event({ lines, discount: 100 }), now)).toBeUndefined();
  expect(flawOfEvent(event({ lines }), now)).toBe('lines-do-not-add-up');
  expect(flawOfEvent(activity({ lines }), now)).toBe('lines-do-not-add-up');
  const most = 999_000_000_000_000;
  const many = Array.from({ length: 200 }, (_, index) => ({ ...line, amount: index % 2 === 0 ? most : 1 - most }));
  expect(flawOfEvent(event({ lines: many, amount: 100 }), now)).toBeUndefined();
});

test('a trade says its quantity once', () => {
  expect(flawOfEvent(event({ type: 'trade', lots: '1', quantity: '1' }), now)).toBe('quantity-given-twice');
});

test.each([
  ['a signed spread', { spread: '-1' }],
  ['an exponent', { quantity: '1e3' }],
  ['a quantity beyond all trade', { quantity: '1000000000000' }],
  ['a spread beyond all markets', { spread: '1000000000000' }],
  ['a price with an exponent', { openPrice: '1e3' }],
  ['a price that is a number', { closePrice: 1.5 as unknown as string }],
  ['a price beyond all markets', { closePrice: '1000000000000' }],
  ['a time in local words', { openedAt: '2026-03-10 09:00' }],
  ['a day without a time', { closedAt: '2026-03-10' }],
  ['a country in words', { country: 'Germany' }],
  ['a line of nothing', { lines: [{ ...line, quantity: 0 }] }],
  ['a fraction of a cent', { grossRevenue: 1.5 }],
  ['a turnover below nothing', { turnover: -1 }],
  ['a deduction that is no name', { deductions: { 'Gaming Tax': 1 } }],
  ['too many deductions', { deductions: Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`d${index}`, 1])) }],
  ['metadata under a key of capitals', { metadata: { Channel: 'x' } }],
  ['metadata under too long a key', { metadata: { ['k'.repeat(33)]: 'x' } }],
  ['metadata that says nothing', { metadata: { channel: '' } }],
  ['metadata that says too much', { metadata: { channel: 'x'.repeat(65) } }],
  ['metadata that is no text', { metadata: { channel: 1 as unknown as string } }],
  ['metadata with an e-mail address in it', { metadata: { channel: 'by eve.m@mail.example.org, twice' } }],
  ['too much metadata', { metadata: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`k${index}`, 'x'])) }],
])('%s breaks the schema', (_name, more) => {
  expect(trackingEvent.safeParse({ ...activity(), ...more }).success).toBe(false);
  expect(trackingEvent.safeParse(activity()).success).toBe(true);
});
