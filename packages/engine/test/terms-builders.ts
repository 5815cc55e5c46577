import type { Component, Tiers } from '../src/index.js';

/** Components of every kind that are right as they stand, for tests that spoil one thing. */
export const percent: Component = { on: 'sale', model: 'percentage', rate: '0.1', rounding: 'half-away' };
export const flat: Component = { on: 'lead', model: 'flat', amount: 500 };
export const perLot: Component = { on: 'trade', model: 'per-unit', amount: 800, rounding: 'half-away' };
export const spreadShare: Component = { on: 'trade', model: 'spread-share', rate: '0.3', spread: { unit: 100 }, rounding: 'half-away' };
export const lineItems: Component = {
  on: 'sale',
  model: 'line-items',
  items: { rates: [{ sku: 'A', rate: '0.1' }], otherwise: '0.05', discount: 'proportional' },
  rounding: 'half-away',
};
export const revshare: Component = {
  on: 'player-activity',
  model: 'revshare',
  rate: '0.3',
  waterfall: { name: 'ngr', version: 1, lines: [{ name: 'bonuses', effect: 'deduct', of: 'bonuses' }] },
  carryover: { policy: 'component', unit: 'base' },
  rounding: 'half-away',
};
export const retainer: Component = { on: 'sale', model: 'retainer', amount: 100_000 };
export const scale: Tiers = {
  metric: { measure: 'amount' },
  reset: 'month',
  scale: 'whole',
  crossing: 'new',
  bounds: 'inclusive',
  retroactive: 'none',
  demotion: 'unwind',
  bands: [
    { upTo: 500_000, rate: '0.1' },
    { upTo: 1_000_000, rate: '0.12' },
    { upTo: null, rate: '0.15' },
  ],
};
export const tiered: Component = { ...percent, tiers: scale };
export const override: Component = {
  on: 'sale',
  model: 'percentage',
  rate: '1',
  name: 'override',
  rounding: 'half-away',
  downline: { levels: ['0.05', '0.02'], of: 'amount', funding: 'on-top' },
};
