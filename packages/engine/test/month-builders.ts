import {
  type Component,
  foldMonth,
  type MonthFact,
  type MonthInput,
  type MonthResult,
  type MonthState,
  noState,
  type Terms,
} from '../src/index.js';

export const revshare = (overrides: Partial<Component> = {}): Component => ({
  name: 'share',
  on: 'player-activity',
  model: 'revshare',
  rate: '0.30',
  carryover: { policy: 'component', unit: 'base' },
  ...overrides,
});

export const cpa: Component = { name: 'cpa', on: 'deposit', model: 'flat', amount: 10_000 };

/** Events of a month added up; figures in minor units. */
export const activity = (gross: number, overrides: Partial<MonthFact> = {}): MonthFact => ({
  version: 1,
  on: 'player-activity',
  customerId: null,
  currency: 'EUR',
  date: null,
  events: 1,
  customers: 1,
  gross: String(gross),
  turnover: '0',
  quantity: '0',
  deductions: {},
  ...overrides,
});
export const ofCustomer = (customerId: string, gross: number): MonthFact => activity(gross, { customerId });

export const aMonth = (terms: Terms, overrides: Partial<MonthInput> = {}): MonthInput => ({
  dealId: 'deal_a',
  partnerId: 'ptr_a',
  brandId: 'brd_a',
  period: '2026-03',
  currency: 'EUR',
  versions: [{ version: 1, from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z', terms }],
  facts: [],
  otherEarnings: {},
  opening: noState,
  ...overrides,
});

export const monthOf = (index: number): string => `2026-${String(index + 1).padStart(2, '0')}`;

/** Months one after the other from January 2026, each opening with what the one before closed with. */
export function through(terms: Terms, months: readonly Partial<MonthInput>[]): MonthResult[] {
  let opening: MonthState = noState;
  return months.map((month, index) => {
    const result = foldMonth(aMonth(terms, { period: monthOf(index), opening, ...month }));
    opening = result.closing;
    return result;
  });
}

export const paid = (result: MonthResult | undefined, component = 'share'): bigint | undefined =>
  result?.components.find((one) => one.component === component)?.entitlement;
export const sectionOf = (result: MonthResult | undefined, component = 'share') => {
  const found = result?.components.find((one) => one.component === component);
  if (found === undefined) throw new Error(`no component ${component}`);
  return found.statement;
};
