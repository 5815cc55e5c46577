import { test } from '@jest/globals';
import type { Component, Downline } from '../../src/index.js';
import { type World, world } from '../world.js';
import { expectAsKept, told } from './shown.js';

const percent = (rest: Partial<Component> = {}): Component => ({ on: 'sale', model: 'percentage', rate: '0.10', ...rest });
const bonus = (milestone: Downline['milestone'], rest: Partial<Component> = {}, levels = ['1']): Component => ({
  name: 'recruit',
  on: 'sale',
  model: 'flat',
  amount: 2_000,
  downline: { levels, of: 'commission', funding: 'on-top', milestone },
  ...rest,
});
const recruited = (): World => {
  const made = world({ timeZone: 'Europe/Malta' });
  made.parent('sub', 'top');
  made.parent('top', 'grand');
  return made;
};

test('M-22 milestones with refunds in time, late, of nothing and of everything, in whole explanations', () => {
  const made = recruited();
  made.deal('sub', [percent()]);
  made.deal('top', [
    bonus(
      { earned: 10_000, reversibleDays: 30 },
      {
        qualify: { minAmount: 1_000 },
        alternatives: [
          {
            name: 'spring',
            priority: 1,
            when: { combinator: 'and', rules: [{ field: 'amount', operator: '>=', value: 90_000 }] },
            amount: 3_000,
          },
        ],
      },
    ),
  ]);
  made.deal('grand', [bonus({ earned: 12_000 }, { name: 'life' }, ['0', '0.255'])]);
  const first = made.event({ at: '03-01', partnerId: 'sub', amount: 60_000 });
  made.refund(first, 10_000, { at: '03-10' });
  // Too little to change what is booked; then what came before is taken back as well.
  made.refund(first, 4, { at: '03-11' });
  made.event({ at: '03-02', partnerId: 'sub', amount: 999 });
  const second = made.event({ at: '03-20', partnerId: 'sub', amount: 49_000 });
  const third = made.event({ at: '03-21', partnerId: 'sub', amount: 90_000 });
  made.refund(second, 20_000, { at: '2026-04-19T11:00:00.000Z' });
  made.refund(third, 80_000, { at: '2026-04-20T11:00:00.001Z' });
  made.event({ at: '03-22', partnerId: 'sub', amount: 20_000 });
  made.event({ at: '03-23', partnerId: 'sub', amount: 95_000 });
  made.refund(made.event({ at: '03-24', partnerId: 'sub', amount: 5_000 }));
  expectAsKept('milestones', told(made));
});

test('M-22 milestones by what is earned in other currencies, by scales and of late customers, in whole explanations', () => {
  const made = recruited();
  made.parent('other', 'top');
  made.deal('sub', [percent(), { on: 'sale', model: 'flat', amount: 700, name: 'late', qualify: { customer: { minDeposits: 2_000 } } }]);
  made.deal('other', [
    percent({
      tiers: { metric: { measure: 'count' }, reset: 'month', scale: 'whole', retroactive: 'all', bands: [{ upTo: 1 }, { rate: '0.2' }] },
    }),
  ]);
  made.deal('top', [bonus({ earned: 3_000, reversibleDays: 5 })]);
  made.deal('grand', { currency: 'USD', components: [bonus({ earned: 4_000 }, { name: 'life' }, ['0', '1'])] });
  made.fx('USD', 'EUR', '2026-03-10', '0.5');
  // No rate is known on the day: it waits, until nothing is left of it.
  made.event({ at: '03-01', partnerId: 'sub', amount: 10_000, currency: 'USD' });
  made.refund(made.event({ at: '03-02', partnerId: 'sub', amount: 10_000, currency: 'USD' }));
  made.event({ at: '03-10', partnerId: 'sub', amount: 30_000, currency: 'USD' });
  made.event({ at: '03-10', partnerId: 'sub', customerId: 'x', amount: 10_000 });
  made.event({ at: '03-12', kind: 'deposit', customerId: 'x', amount: 2_000 });
  made.event({ at: '03-13', partnerId: 'sub', currency: 'USD' });
  const scaled = made.event({ at: '03-10', partnerId: 'other', amount: 10_000 });
  made.refund(scaled, 5_000, { at: '03-12' });
  made.refund(scaled, 1_000, { at: '03-30' });
  made.event({ at: '03-10', partnerId: 'other', amount: 10_000 });
  expectAsKept('milestones-elsewhere', told(made));
});
