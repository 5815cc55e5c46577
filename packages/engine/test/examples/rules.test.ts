import { expect, test } from '@jest/globals';
import type { Alternative, Component } from '../../src/index.js';
import { world } from '../world.js';

const tagged = (whose: 'partner' | 'customer', tag: string, rate: string, priority = 10): Alternative => ({
  name: `${whose}-${tag}`,
  priority,
  when: { combinator: 'and', rules: [{ field: `${whose}.tags`, operator: 'contains', value: tag }] },
  rate,
});
const component = (...alternatives: Alternative[]): Component => ({ on: 'sale', model: 'percentage', rate: '0.05', alternatives });

test('P-03 an influencer earns 20 %, an integration partner 10 %, and the commission names rule and tags', () => {
  const told = world();
  told.tag('a', 'influencer');
  told.tag('b', 'integration');
  for (const partnerId of ['a', 'b'])
    told.deal(partnerId, [component(tagged('partner', 'influencer', '0.20'), tagged('partner', 'integration', '0.10', 5))]);
  const sales = ['a', 'b'].map((partnerId) => told.event({ partnerId, amount: 10_000 }));
  expect(sales.map((sale) => told.earns(sale))).toEqual([{ a: 2_000 }, { b: 1_000 }]);
  const { rules, inputs } = told.result(sales[0] ?? '').scopes[0]!.explanation;
  expect(rules.find(({ rule, passed }) => rule === 'alternative' && passed)?.detail).toMatch(/^partner-influencer .*wins/);
  expect(inputs.circumstances?.partner.tags).toEqual(['influencer']);
});

test('P-04 a tag removed at noon rates the sale of 11:59:59 and no longer that of 12:00:01, in either order', () => {
  for (const order of [
    ['11:59:59', '12:00:01'],
    ['12:00:01', '11:59:59'],
  ]) {
    const told = world();
    told.tag('a', 'influencer', '2026-01-01T00:00:00.000Z', '2026-03-15T12:00:00.000Z');
    told.deal('a', [component(tagged('partner', 'influencer', '0.20'))]);
    const sales = order.map((time) => [time, told.event({ at: `2026-03-15T${time}.000Z`, amount: 10_000 })] as const);
    expect(Object.fromEntries(sales.map(([time, sale]) => [time, told.earns(sale)['a']]))).toEqual({ '11:59:59': 2_000, '12:00:01': 500 });
  }
});

test('P-08 a VIP who buys for 200.00 earns 30.00, and winner and loser are both named', () => {
  const told = world();
  told.customer('x', { tags: [{ tag: 'vip', effectiveFrom: '2026-01-01T00:00:00.000Z', effectiveTo: null }] });
  told.deal('a', [{ ...component(tagged('customer', 'vip', '0.15')), rate: '0.10' }]);
  const sale = told.event({ amount: 20_000, customerId: 'x' });
  expect(told.earns(sale)).toEqual({ a: 3_000 });
  const verdicts = told.result(sale).scopes[0]?.explanation.rules.filter(({ rule }) => rule === 'alternative' || rule === 'own-rate');
  expect(verdicts?.map(({ passed }) => passed)).toEqual([true, false]);
  expect(verdicts?.[1]?.detail).toBe('loses to customer-vip');
});

test('P-09 M-12 of two rules that hold the higher priority wins, never the larger number', () => {
  const both = (partner: number, customer: number) => {
    const told = world();
    told.tag('a', 'pro');
    told.customer('x', { tags: [{ tag: 'vip', effectiveFrom: '2026-01-01T00:00:00.000Z', effectiveTo: null }] });
    told.deal('a', [component(tagged('partner', 'pro', '0.12', partner), tagged('customer', 'vip', '0.15', customer))]);
    const sale = told.event({ amount: 10_000, customerId: 'x' });
    const losers = told.result(sale).scopes[0]?.explanation.rules.filter(({ detail }) => detail.includes('loses to'));
    return [told.earns(sale)['a'], losers?.length];
  };
  expect([both(20, 10), both(10, 20)]).toEqual([
    [1_200, 2],
    [1_500, 2],
  ]);
});

test('M-12 an amount of 500 and a rate of 60 % are compared by priority, not as numbers', () => {
  const told = world();
  told.tag('a', 'x');
  const when = { combinator: 'and', rules: [{ field: 'partner.tags', operator: 'contains', value: 'x' }] } as const;
  told.deal('a', [
    {
      on: 'sale',
      model: 'flat-plus-percentage',
      amount: 0,
      rate: '0',
      alternatives: [
        { name: 'flat', priority: 1, when, amount: 500, rate: '0' },
        { name: 'share', priority: 2, when, rate: '0.60', amount: 0 },
      ],
    },
  ]);
  expect(told.earns(told.event({ amount: 10_000 }))).toEqual({ a: 6_000 });
});

test('M-14 country, plan, amount and the age of a subscription decide', () => {
  const told = world();
  told.customer('x', { country: 'MT' });
  const when = (field: string, operator: string, value: string | number) =>
    ({ combinator: 'and', rules: [{ field, operator, value }] }) as Alternative['when'];
  told.deal('a', [
    {
      on: 'sale',
      model: 'percentage',
      rate: '0.01',
      alternatives: [
        { name: 'old', priority: 4, when: when('customer.ageMonths', '>=', 12), rate: '0.02' },
        { name: 'pro', priority: 3, when: when('plan', '=', 'pro'), rate: '0.03' },
        { name: 'large', priority: 2, when: when('amount', '>', 50_000), rate: '0.04' },
        { name: 'malta', priority: 1, when: when('customer.country', '=', 'MT'), rate: '0.05' },
      ],
    },
  ]);
  told.event({ amount: 10_000, customerId: 'x', details: { plan: 'pro' }, at: '03-01' });
  told.event({ amount: 50_001, customerId: 'x', at: '03-02' });
  told.event({ amount: 50_000, customerId: 'x', at: '03-03' });
  told.event({ amount: 10_000, customerId: 'x', at: '2027-03-01T11:59:59.000Z' });
  told.event({ amount: 10_000, customerId: 'x', at: '2027-03-01T12:00:00.000Z' });
  told.event({ amount: 10_000 });
  expect(told.amounts('a')).toEqual([300, 2_000, 2_500, 500, 200, 100]);
});

test('M-14 the channel that the event carries as metadata decides, with every operator of a text', () => {
  const told = world();
  const when = (...rule: readonly [field: string, operator: string, value?: string | string[]]) =>
    ({ combinator: 'and', rules: [{ field: rule[0], operator: rule[1], value: rule[2] }] }) as Alternative['when'];
  told.deal('a', [
    {
      on: 'sale',
      model: 'percentage',
      rate: '0.10',
      alternatives: [
        { name: 'webinar', priority: 4, when: when('metadata.channel', '=', 'webinar'), rate: '0.25' },
        { name: 'spoken', priority: 3, when: when('metadata.channel', 'in', ['podcast', 'radio']), rate: '0.20' },
        { name: 'spring', priority: 2, when: when('metadata.campaign', 'beginsWith', 'spring-'), rate: '0.15' },
        { name: 'unnamed', priority: 1, when: when('metadata.channel', 'null'), rate: '0.05' },
      ],
    },
  ]);
  const sales = [{ channel: 'webinar', campaign: 'spring-1' }, { channel: 'radio' }, { campaign: 'spring-1' }, { channel: 'mail' }, {}];
  for (const metadata of sales) told.event({ amount: 10_000, details: { metadata } });
  told.refund(told.event({ amount: 10_000, details: { metadata: { channel: 'webinar' } } }), 4_000);
  told.event({ amount: 10_000 });
  expect(told.amounts('a')).toEqual([2_500, 2_000, 1_500, 1_000, 500, 1_500, 500]);
});

test('T-39 only a deal of the licence applies to an event with it', () => {
  const told = world();
  const by = (rate: string, licence?: string) => ({ components: [{ on: 'sale', model: 'percentage' as const, rate }], licence });
  told.deal('a', by('0.10', 'MGA'), { dealId: 'mga' });
  told.deal('a', by('0.20', 'UKGC'), { dealId: 'ukgc' });
  const at = (licence?: string) => told.result(told.event({ amount: 10_000, details: licence ? { licence } : {} }));
  expect([at('MGA').deal?.dealId, at('UKGC').deal?.dealId]).toEqual(['mga', 'ukgc']);
  expect([at('Curaçao').reason, at().reason]).toEqual(['no-deal-in-force', 'no-deal-in-force']);
  told.deal('a', by('0.05'), { dealId: 'any' });
  expect([at('MGA').deal?.dealId, at('Curaçao').deal?.dealId]).toEqual(['mga', 'any']);
});

test('M-26 a sale corrected later is rated by the terms of its own time', () => {
  const told = world();
  told.deal('a', [component()]);
  told.deal('a', [{ ...component(), rate: '0.30' }], { effectiveFrom: '2026-05-01T00:00:00.000Z' });
  const march = told.event({ amount: 10_000, at: '03-15' });
  told.refund(march, 4_000, { at: '05-15' });
  expect([told.earns(march)['a'], told.earns(told.event({ amount: 10_000, at: '05-15' }))['a']]).toEqual([300, 3_000]);
});
