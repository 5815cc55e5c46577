import { expect } from '@jest/globals';
import type { RuleGroup } from '@tributary/rules';
import {
  type Alternative,
  type Band,
  type Component,
  completeTerms,
  type LintOptions,
  lintTerms,
  type Terms,
  type Tiers,
} from '../src/index.js';
import { flat, override, percent, revshare, scale, tiered } from './terms-builders.js';

export const deal = (...components: Component[]): Terms => ({ components, timeZone: 'Europe/Malta' });
export const rule = (
  field: string,
  operator: '=' | 'in' | '>=' | '<' | 'between' | 'contains',
  value: string | number | string[] | number[],
): RuleGroup => ({
  combinator: 'and',
  rules: [{ field, operator, value }],
});
export const other = (name: string, priority: number, when: RuleGroup, pay: object = { rate: '0.2' }): Alternative => ({
  name,
  priority,
  when,
  ...pay,
});
export const withOthers = (...alternatives: Alternative[]): Terms => deal({ ...percent, alternatives });
export const scaled = (change: Partial<Tiers>, component: Component = tiered): Terms =>
  deal({ ...component, tiers: { ...scale, ...change } });
export const banded = (measure: 'count' | 'amount' | 'customers', ...bands: Band[]): Terms => scaled({ metric: { measure }, bands });
export const bands = (...rates: string[]): Band[] =>
  rates.map((rate, index) => ({ upTo: index === rates.length - 1 ? null : (index + 1) * 100_000, rate }));
export const carrying = (change: object): Terms => deal({ ...revshare, carryover: { policy: 'account', unit: 'commission', ...change } });
export const capped = (...caps: Omit<NonNullable<Component['caps']>[number], 'afterRefund'>[]): Terms =>
  deal({ ...flat, caps: caps.map((cap) => ({ ...cap, afterRefund: 'returns' })) });
export const above = (change: Partial<NonNullable<Component['downline']>>, own: string | null = '0.3', rate = '1'): Terms =>
  deal(...(own === null ? [] : [{ ...percent, rate: own }]), { ...override, rate, downline: { ...override.downline!, ...change } });
export const ofMaster = (rate: string): Terms =>
  deal(revshare, {
    on: 'player-activity',
    model: 'percentage',
    rate,
    name: 'master',
    rounding: 'half-away',
    downline: { levels: ['1'], of: 'commission', funding: 'on-top' },
  });
export const germany = rule('country', '=', 'DE');
export const guard = (maximumShareOfRevenue: string): LintOptions => ({ margin: { maximumShareOfRevenue } });
export const lines = (...rates: string[]): Terms =>
  deal({
    ...revshare,
    waterfall: {
      name: 'ngr',
      version: 1,
      lines: rates.map((rate, index) => ({ name: `line-${index}`, effect: 'deduct', of: 'gross-revenue', rate })),
    },
  });
export const deducting = (...names: string[]): Terms =>
  deal({
    ...revshare,
    waterfall: { name: 'ngr', version: 1, lines: names.map((of, index) => ({ name: `line-${index}`, effect: 'deduct', of })) },
  });

/** A deal, the one finding about it, words of its sentence, and the deal mended by one change. */
export type Case = [string, Terms, string, string, RegExp, Terms, LintOptions?];

/** As a deal is judged: what it leaves open is written into it first. */
export const lint = (terms: Terms, options: LintOptions = {}) => lintTerms(completeTerms(terms, {}), options);

/** The bad deal has exactly this finding, the mended one none. */
export function expectOnly(severity: 'error' | 'warning', ...[_name, bad, pointer, rule, words, mended, options = {}]: Case): void {
  expect(lint(bad, options)).toEqual([{ severity, pointer, rule, message: expect.stringMatching(words) }]);
  expect(lint(mended, options)).toEqual([]);
}
