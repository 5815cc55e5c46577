import { test } from '@jest/globals';
import { rate } from '@tributary/money';
import { type Component, foldMonth, type MonthInput, type MonthResult, type Terms } from '../../src/index.js';
import { activity, aMonth, cpa, ofCustomer, revshare, through } from '../month-builders.js';
import { expectAsKept } from './shown.js';

/** One line for each field of a statement. */
const lines = (value: object, indent = ''): string[] =>
  Object.entries(value).flatMap(([key, one]) => [`${indent}${key}: ${JSON.stringify(one)}`]);
const shown = (results: readonly MonthResult[]): string[] =>
  results.flatMap(({ components, closing, explanation: { statements, rates, inputs } }) => [
    `${inputs.period}:`,
    ...components.map(({ component, dealVersion, rounding, entitlement }) => `  ${component} ${dealVersion} ${rounding} ${entitlement}`),
    ...statements.flatMap((statement) => lines(statement, '    ')),
    ...lines(closing.components, '  closing '),
    ...inputs.facts.map((fact) => `  fact ${JSON.stringify(fact)}`),
    ...rates.map((one) => `  rate ${JSON.stringify(one)}`),
  ]);
const kept = (name: string, text: readonly string[]): void => expectAsKept(name, `${text.join('\n')}\n`);

const waterfall: Component['waterfall'] = {
  name: 'ngr',
  version: 3,
  lines: [
    { name: 'bonuses', effect: 'deduct', of: 'bonuses' },
    { name: 'admin', effect: 'deduct', of: 'gross-revenue', rate: '0.15' },
    { name: 'poker', effect: 'add', of: 'turnover', rate: '0.01' },
  ],
};

test('T-38 WE-06 a month with a waterfall, an exchange and a fee, in a whole statement', () => {
  const facts = [
    activity(100_001, { deductions: { bonuses: '1234' }, turnover: '5000', events: 3, customers: 2 }),
    activity(7_777, { currency: 'USD', date: '2026-03-05', deductions: { bonuses: '77' } }),
    activity(-50, { currency: 'USD', date: '2026-03-04' }),
    activity(900, { currency: 'GBP', date: '2026-03-05' }),
    activity(900, { currency: null, date: '2026-03-05' }),
    activity(900, { currency: 'USD', date: null }),
    activity(0, { currency: 'GBP', date: '2026-03-06', events: 7 }),
    activity(5, { on: 'other' }),
  ];
  const terms: Terms = {
    components: [
      revshare({ waterfall }),
      revshare({ name: 'plain', rounding: 'down' }),
      { name: 'fixed', on: 'sale', model: 'retainer', amount: '1000.5' },
    ],
    fxFee: '0.02',
  };
  const rates = (from: string) => (from === 'USD' ? rate('0.92') : null);
  kept('month-waterfall', shown([foldMonth(aMonth(terms, { facts }), rates), foldMonth(aMonth(terms, { facts: [] }), rates)]));
});

test('T-37 deficits under every policy and unit, in whole statements', () => {
  const nets = [-10_001, 4_000, 5_000, -3_000, 20_000];
  const months = nets.map((net) => ({ facts: [activity(net)], otherEarnings: { cpa: '700', 'cpa-2': '-100' } }));
  const all: string[] = [];
  for (const policy of ['none', 'ring-fence', 'component', 'account'] as const)
    for (const unit of ['base', 'commission'] as const) {
      const component = revshare({
        carryover: { policy, unit, ...(policy === 'component' ? { cap: { times: '1.5', months: 2 }, writeOffAfterMonths: 2 } : {}) },
      });
      all.push(`# ${policy}, ${unit}`, ...shown(through({ components: [cpa, component] }, months)));
    }
  kept('month-deficits', all);
});

test('M-07 high rollers set apart and released, in whole statements', () => {
  const component = revshare({ carryover: { policy: 'component', highRoller: { threshold: -1_000 }, writeOffAfterMonths: 3 } });
  const month = (...nets: [string, number][]): Partial<MonthInput> => ({ facts: nets.map(([customer, net]) => ofCustomer(customer, net)) });
  const results = through({ components: [component] }, [
    month(['a', -5_000], ['b', -1_000], ['c', -999], ['d', 2_000]),
    month(['a', 2_001], ['b', 500], ['c', 10], ['d', -10]),
    month(['a', 100], ['e', -3_001], ['f', 1_000]),
    month(['e', 1], ['f', 40]),
    month(['b', 300], ['e', 5_000]),
  ]);
  kept('month-high-rollers', shown(results));
});

test('M-04 advances, retainers and versions within a month, in whole statements', () => {
  const tiers = (scale: 'whole' | 'marginal', measure: 'amount' | 'customers' | 'count' | 'quantity' = 'amount'): Component['tiers'] => ({
    metric: { measure },
    reset: 'month',
    scale,
    bands: [
      { upTo: measure === 'amount' ? 10_000 : 2, rate: '0.25', fixed: 11, name: 'low' },
      { upTo: measure === 'amount' ? 20_000 : 4, factor: '1.5' },
      { rate: '0.4', factor: '2', fixed: 33 },
    ],
  });
  const component = (name: string, rest: Partial<Component>): Component => revshare({ name, ...rest });
  const scales: Terms = {
    components: [
      component('whole', { tiers: tiers('whole') }),
      component('marginal', { tiers: tiers('marginal'), carryover: { policy: 'component', unit: 'commission' } }),
      component('customers', { tiers: tiers('whole', 'customers') }),
      component('events', { tiers: tiers('whole', 'count') }),
      component('quantity', { tiers: tiers('whole', 'quantity') }),
      component('recoups', { recoups: ['cpa', 'fixed'] }),
      { name: 'fixed', on: 'player-activity', model: 'retainer', amount: 2_000 },
    ],
  };
  const second: Terms = {
    components: [component('whole', { rate: '0.5' }), component('marginal', { tiers: tiers('marginal') }), component('new', {})],
    fxFee: '0',
  };
  const versions = [
    { version: 1, from: '2026-03-01T00:00:00.000Z', to: '2026-03-10T00:00:00.000Z', terms: scales },
    { version: 2, from: '2026-03-10T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z', terms: second },
  ];
  const fact = (version: number, customer: string | null, gross: number) =>
    activity(gross, { version, customerId: customer, quantity: '1.5', events: 2, customers: customer === null ? 3 : 1 });
  const results = through(scales, [
    { facts: [fact(1, 'a', 9_000), fact(1, null, 3_000)], otherEarnings: { cpa: '900' } },
    { facts: [fact(1, 'a', -4_000), fact(1, 'b', 1_000)], otherEarnings: { cpa: '-300' } },
    { versions, facts: [fact(1, 'a', 8_000), fact(2, 'a', 15_000), fact(2, 'c', -2_000), fact(1, null, -100)] },
    { versions, facts: [fact(1, 'a', -8_000), fact(2, 'b', 21_000)] },
  ]);
  kept('month-versions', shown(results));
});
