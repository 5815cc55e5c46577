import { expect, test } from '@jest/globals';
import { formatMajor } from '@tributary/money';
import { runs } from '@tributary/testkit/runs';
import fc from 'fast-check';
import { defaultTable } from './default-table.js';
import { factsOf, type RoutedEntry, type Surroundings } from './facts.js';
import { type Outcome, type RoutingRow, type RoutingTable, route } from './table.js';

const limits = { currency: 'USD', autoApproveUpTo: 50_000n, financeThreshold: 500_000n };
const partner = { status: 'active', riskLevel: 'low', tags: [] as string[] };
const around: Surroundings = { brandId: 'brd_1', brandCurrency: 'USD', partner, flags: {} };
const sale = (amount: bigint, change: Partial<RoutedEntry> = {}): RoutedEntry => ({
  amount,
  currency: 'USD',
  component: 'sale',
  byHand: false,
  ...change,
});
const routed = (table: RoutingTable, entry: RoutedEntry, where: Partial<Surroundings> = {}) =>
  route(table, factsOf(entry, { ...around, ...where }), `${formatMajor(entry.amount, entry.currency)} ${entry.currency}`);

test("T-08 T-10 C-07 the table of a brand's limits: both limits are inside", () => {
  const outcomes = [49_999n, 50_000n, 50_001n, 500_000n, 500_001n].map((amount) => routed(defaultTable(limits), sale(amount)).outcome);
  expect(outcomes).toEqual(['auto', 'auto', 'manager', 'manager', 'finance']);
});

test('T-07 the matched row is told with the sentence and the facts that were looked at', () => {
  expect(routed(defaultTable(limits), sale(60_000n), { partner: { ...partner, riskLevel: 'medium' } })).toEqual({
    outcome: 'manager',
    sentence: "The partner's risk is medium: a manager decides",
    routing: {
      policyVersion: null,
      row: 'partner-not-low-risk',
      facts: {
        byHand: false,
        inBrandCurrency: true,
        'partner.riskLevel': 'medium',
        'partner.status': 'active',
        size: 60_000,
        takesOut: true,
      },
    },
  });
});

/** Who decided before there were tables. */
function byLimits(entry: RoutedEntry, { status, riskLevel }: { status: string; riskLevel: string }): Outcome {
  if (entry.amount <= 0n && !entry.byHand) return 'auto';
  if (entry.currency !== limits.currency) return 'finance';
  if ((entry.amount < 0n ? -entry.amount : entry.amount) > limits.financeThreshold) return 'finance';
  if (status !== 'active' || riskLevel !== 'low' || entry.byHand) return 'manager';
  return entry.amount > limits.autoApproveUpTo ? 'manager' : 'auto';
}
const anEntry = fc.record({
  amount: fc.oneof(
    fc.bigInt({ min: -600_000n, max: 600_000n }),
    fc.constantFrom(-500_001n, -500_000n, 0n, 49_999n, 50_000n, 50_001n, 500_000n, 500_001n),
  ),
  currency: fc.constantFrom('USD', 'USD', 'EUR'),
  component: fc.constantFrom('sale', 'lead'),
  byHand: fc.boolean(),
});
const somebody = fc.record({
  status: fc.constantFrom('active', 'suspended', 'archived'),
  riskLevel: fc.constantFrom('low', 'medium', 'high'),
  tags: fc.subarray(['vip', 'new']),
});

test("property: the table of a brand's limits decides as the limits did", () => {
  fc.assert(
    fc.property(anEntry, somebody, (entry, who) => {
      expect(routed(defaultTable(limits), entry, { partner: who }).outcome).toBe(byLimits(entry, who));
    }),
    { numRuns: runs(2000, 50_000) },
  );
});

const aRule = fc.oneof(
  fc.record({ field: fc.constant('size'), operator: fc.constantFrom('>', '<=', '='), value: fc.constantFrom(0, 50_000, '50000.5') }),
  fc.record({ field: fc.constant('partner.riskLevel'), operator: fc.constantFrom('=', '!='), value: fc.constantFrom('low', 'high') }),
  fc.record({
    field: fc.constant('partner.tags'),
    operator: fc.constantFrom('contains', 'doesNotContain'),
    value: fc.constantFrom('vip', 'new'),
  }),
);
const aTable = fc
  .array(fc.record({ rules: fc.array(aRule, { maxLength: 3 }), outcome: fc.constantFrom<Outcome[]>('auto', 'manager', 'finance') }), {
    maxLength: 6,
  })
  .map((rows): RoutingRow[] => [
    ...rows.map(
      ({ rules, outcome }, index): RoutingRow => ({
        name: `row-${index}`,
        when: { combinator: 'and', rules } as RoutingRow['when'],
        outcome,
      }),
    ),
    { name: 'the-rest', outcome: 'manager' },
  ]);

test('T-07 property: exactly one row decides, the first that matches, and rows below it change nothing', () => {
  fc.assert(
    fc.property(aTable, anEntry, somebody, (rows, entry, who) => {
      const whole = routed({ policyVersion: 1, rows }, entry, { partner: who });
      const index = rows.findIndex(({ name }) => name === whole.routing.row);
      expect(index >= 0 || whole.routing.row === 'takes-nothing-out').toBe(true);
      const shorter = [...rows.slice(0, index + 1), { name: 'another', outcome: 'finance' } as const];
      expect(routed({ policyVersion: 1, rows: shorter }, entry, { partner: who })).toEqual(whole);
    }),
    { numRuns: runs(1000, 50_000) },
  );
});

test('property: no table frees what was made by hand, nor lets less than finance decide on another currency', () => {
  fc.assert(
    fc.property(aTable, anEntry, somebody, (rows, entry, who) => {
      const { outcome } = routed({ policyVersion: 1, rows }, entry, { partner: who });
      if (entry.byHand) expect(outcome).not.toBe('auto');
      if (entry.currency !== 'USD' && (entry.amount > 0n || entry.byHand)) expect(outcome).toBe('finance');
      if (entry.amount <= 0n && !entry.byHand) expect(outcome).toBe('auto');
    }),
    { numRuns: runs(1000, 50_000) },
  );
});

test('a row says why in words of the brand, else by its conditions; what lifts it is told', () => {
  const rows: RoutingRow[] = [
    { name: 'vip', when: { combinator: 'and', rules: [{ field: 'partner.tags', operator: 'contains', value: 'vip' }] }, outcome: 'auto' },
    { name: 'rest', outcome: 'auto', because: '{amount} of {partner.status} partners, {nothing}' },
  ];
  const table = { policyVersion: 2, rows };
  const vip = { partner: { ...partner, tags: ['vip'] } };
  expect(routed(table, sale(100n), vip).sentence).toBe('vip (the partner\'s tags contains "vip"): approved automatically');
  expect(routed(table, sale(100n)).sentence).toBe('1.00 USD of active partners, {nothing}: approved automatically');
  expect(routed(table, sale(100n, { byHand: true })).sentence).toMatch(/, but it was entered by hand: a manager decides$/);
  expect(routed(table, sale(100n, { currency: 'EUR' }), vip).sentence).toMatch(
    /, but 1.00 EUR is not in the brand's currency: finance decides$/,
  );
});

test('what finance decides after a manager stays so in another currency', () => {
  const both = { policyVersion: 1, rows: [{ name: 'rest', outcome: 'manager-and-finance' as const }] };
  expect(routed(both, sale(1n, { currency: 'EUR' })).outcome).toBe('manager-and-finance');
});

test('T-07 the facts that were looked at are kept as they were: lists by themselves, what was not there as nothing', () => {
  const looks: RoutingRow = {
    name: 'looks',
    when: {
      combinator: 'or',
      rules: [
        { field: 'partner.tags', operator: 'contains', value: 'none' },
        { field: 'flags.30', operator: '>', value: 1 },
      ],
    },
    outcome: 'manager',
  };
  const table = { policyVersion: 1, rows: [looks, { name: 'rest', outcome: 'auto' as const }] };
  const facts = factsOf(sale(1n), { ...around, partner: { ...partner, tags: ['vip'] } });
  const { routing } = route(table, facts, '');
  expect(routing.facts).toEqual({ byHand: false, takesOut: true, 'partner.tags': ['vip'], 'flags.30': null });
  expect(routing.facts['partner.tags']).not.toBe(facts['partner.tags']);
});
