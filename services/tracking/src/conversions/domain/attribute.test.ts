import { describe, expect, test } from '@jest/globals';
import { attribute, type Click, inWindow, type Known, type Referral, rebind } from './attribute.js';

const at = (iso: string) => new Date(iso);
const now = at('2026-03-01T00:00:00Z');
const dayMs = 86_400_000;

const click: Click = {
  clickId: 'clk_1',
  linkId: 'lnk_1',
  partnerId: 'ptr_a',
  brandId: 'brd',
  programId: 'prg_link',
  clickedAt: at('2026-01-01T00:00:00Z'),
  traceparent: 'trace',
  signals: { referrerHost: 'blog.example', device: 'desktop', visitor: 'v' },
};
const referral: Referral = {
  brandId: 'brd',
  programId: null,
  occurredAt: at('2026-01-10T00:00:00Z'),
  isReversal: false,
  originalEventId: null,
  clickRef: null,
  hasCoupon: false,
  namedPartnerId: null,
};
const known: Known = {
  windowDays: 30,
  defaultProgramId: 'prg',
  click: undefined,
  clickMayCome: false,
  customer: undefined,
  original: undefined,
  isEnrolled: () => true,
};
const decide = (said: Partial<Referral>, facts: Partial<Known>) => attribute({ ...referral, ...said }, { ...known, ...facts }, now);
const bound = { customerId: 'cus', binding: { ...click, clickId: 'clk_0', partnerId: 'ptr_b' }, clicks: [], assignments: [] };

describe('the first reference that leads to a partner decides', () => {
  const every: Partial<Referral> = { clickRef: 'clk_1', hasCoupon: true, namedPartnerId: 'ptr_c' };
  test.each([
    ['the click', every, { click, customer: bound }, 'click', 'ptr_a', 'prg_link'],
    ['the customer when there is no click', { ...every, clickRef: null }, { customer: bound }, 'customer', 'ptr_b', 'prg_link'],
    ['the customer when the click never comes', every, { customer: bound }, 'customer', 'ptr_b', 'prg_link'],
    ['the named partner last', { namedPartnerId: 'ptr_c' }, {}, 'partner', 'ptr_c', 'prg'],
    ['the sender may name the programme', { ...every, programId: 'prg_own' }, { click }, 'click', 'ptr_a', 'prg_own'],
  ] as const)('%s', (_, said, facts, method, partnerId, programId) => {
    const decision = decide(said, facts);
    expect(decision.attribution).toMatchObject({ method, partnerId });
    expect([decision.programId, decision.reason, decision.awaits]).toEqual([programId, null, []]);
  });
});

test('F-04 F-09 what was seen of the deciding click goes with the attribution, and nothing where no click was seen', () => {
  expect(decide({ clickRef: 'clk_1' }, { click }).attribution?.signals).toEqual(click.signals);
  expect(decide({}, { customer: bound }).attribution?.signals).toBeNull();
  expect(decide({ namedPartnerId: 'ptr_c' }, {}).attribution?.signals).toBeNull();
});

test('X-09 the last instant of the window counts, the one after does not', () => {
  const last = new Date(click.clickedAt.getTime() + 30 * dayMs);
  expect(inWindow(click.clickedAt, last, 30)).toBe(true);
  expect(decide({ clickRef: 'clk_1', occurredAt: last }, { click }).attribution?.method).toBe('click');
  expect(decide({ clickRef: 'clk_1', occurredAt: new Date(last.getTime() + 1000) }, { click })).toMatchObject({
    attribution: null,
    reason: 'outside-window',
  });
});

test('WE-47 window of 30 days, click on 1 January, order on 15 February: outside', () => {
  expect(decide({ clickRef: 'clk_1', occurredAt: at('2026-02-15T00:00:00Z') }, { click }).reason).toBe('outside-window');
});

test('WE-48 the window limits the binding of a customer, not what the customer does later', () => {
  expect(decide({ occurredAt: at('2028-01-01T00:00:00Z') }, { customer: bound }).attribution?.method).toBe('customer');
});

test('WE-50 the touches of a customer are kept with the deciding one among them, oldest first', () => {
  const touch = (clickId: string, day: number) => ({ ...click, clickId, clickedAt: new Date(click.clickedAt.getTime() + day * dayMs) });
  const [first, last, later] = [touch('clk_a', 0), touch('clk_b', 20), touch('clk_c', 26)];
  const customer = { ...bound, clicks: [later, first] };
  const decision = decide(
    { clickRef: 'clk_b', occurredAt: new Date(click.clickedAt.getTime() + 25 * dayMs) },
    { windowDays: 90, click: last, customer },
  );
  expect(decision.attribution?.clickId).toBe('clk_b');
  expect(decision.attribution?.touches.map((each) => each.clickId)).toEqual(['clk_a', 'clk_b']);
});

describe('what cannot be attributed says why and what it waits for', () => {
  test.each([
    [
      'click-unknown, while the click may come',
      { clickRef: 'clk_1' },
      { clickMayCome: true, customer: bound },
      'click-unknown',
      [{ kind: 'click', key: 'clk_1' }],
    ],
    ['click-unknown for good', { clickRef: 'clk_1' }, {}, 'click-unknown', []],
    ['click of another brand', { clickRef: 'clk_1' }, { click: { ...click, brandId: 'other' } }, 'click-unknown', []],
    ['customer-unknown', {}, { customer: { ...bound, binding: null } }, 'customer-unknown', [{ kind: 'customer', key: 'cus' }]],
    ['coupon-unknown', { hasCoupon: true }, {}, 'coupon-unknown', []],
    [
      'partner-not-enrolled',
      { namedPartnerId: 'ptr_c' },
      { isEnrolled: () => false },
      'partner-not-enrolled',
      [{ kind: 'enrollment', key: 'ptr_c/prg' }],
    ],
    ['original-unknown', { isReversal: true, originalEventId: 'e1' }, {}, 'original-unknown', [{ kind: 'original', key: 'e1' }]],
  ] as const)('%s', (_, said, facts, reason, awaits) => {
    expect(decide(said, facts)).toMatchObject({ attribution: null, reason, awaits });
  });
});

test('a reversal goes where its original went, and not by its own references', () => {
  const attribution = decide({ clickRef: 'clk_1' }, { click }).attribution;
  const original = { conversionId: 'cnv', isReversal: false, programId: 'prg_link', attribution };
  const said = { isReversal: true, originalEventId: 'e1', namedPartnerId: 'ptr_c' };
  expect(decide(said, { original })).toMatchObject({
    originalConversionId: 'cnv',
    programId: 'prg_link',
    attribution: { method: 'original', partnerId: 'ptr_a', clickId: 'clk_1' },
  });
  expect(decide(said, { original: { ...original, attribution: null } })).toMatchObject({
    originalConversionId: 'cnv',
    attribution: null,
    reason: 'no-touch',
  });
  expect(decide(said, { original: { ...original, isReversal: true } })).toMatchObject({
    originalConversionId: null,
    reason: 'original-unknown',
  });
});

test('the earliest click binds a customer, in whatever order clicks are reported', () => {
  const later = { ...click, clickId: 'clk_2', clickedAt: at('2026-01-02T00:00:00Z') };
  expect(rebind(null, later)).toBe(later);
  expect(rebind(later, click)).toBe(click);
  expect(rebind(click, later)).toBeUndefined();
});
