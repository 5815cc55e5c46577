import { defaultPayoutRows, type RoutingRow, type RunStage, runStages } from '@tributary/contracts';
import { toWireAmount } from '@tributary/money';
import { type Fact, firstMatch, type RuleGroup } from '@tributary/rules';

export interface PayoutTable {
  /** Null: the brand has written none, and its finance threshold makes the rows. */
  policyVersion: number | null;
  rows: readonly RoutingRow[];
}
/** A payout, its brand and its partner, as far as rows ask. */
export interface RoutedPayout {
  brandId: string;
  amount: bigint;
  currency: string;
  brandCurrency: string;
  riskLevel: string;
  tags: readonly string[];
}
/** The one row that decided, and what it and those above it saw. */
export interface PayoutRouting {
  policyVersion: number | null;
  row: string;
  outcome: Exclude<RoutingRow['outcome'], 'auto'>;
  facts: Record<string, string | number | boolean | string[] | null>;
}

export const defaultPayoutTable = (financeThreshold: bigint): PayoutTable => ({
  policyVersion: null,
  rows: defaultPayoutRows(financeThreshold),
});

/** The first row that matches decides who approves. Amounts in another currency than the brand's match no row that compares amounts. */
export function routePayout(table: PayoutTable, payout: RoutedPayout): PayoutRouting {
  const inBrandCurrency = payout.currency === payout.brandCurrency;
  const facts: Record<string, Fact> = {
    amount: inBrandCurrency ? payout.amount : null,
    currency: payout.currency,
    inBrandCurrency,
    brand: payout.brandId,
    'partner.riskLevel': payout.riskLevel,
    'partner.tags': payout.tags,
  };
  const match = firstMatch(
    table.rows.map((row) => ({ ...row, when: row.when as RuleGroup | undefined })),
    facts,
  );
  if (!match) throw new Error('a routing table ends with a row without conditions');
  return {
    policyVersion: table.policyVersion,
    row: match.row.name,
    outcome: atLeast(match.row.outcome, inBrandCurrency),
    facts: Object.fromEntries(match.looked.map((field) => [field, shown(facts[field])])),
  };
}

/** What no table may fall short of: a person, and finance where the amount cannot be compared with the brand's own. */
function atLeast(outcome: RoutingRow['outcome'], inBrandCurrency: boolean): PayoutRouting['outcome'] {
  if (outcome === 'auto') return 'finance';
  return outcome === 'manager' && !inBrandCurrency ? 'manager-and-finance' : outcome;
}

function shown(fact: Fact): PayoutRouting['facts'][string] {
  if (fact === undefined || fact === null) return null;
  if (typeof fact === 'bigint') return toWireAmount(fact);
  return typeof fact === 'object' ? [...fact] : fact;
}

/** Who approves a run, in order: everybody whom one of its payouts needs. Finance, of a run of none. */
export function stagesOf(outcomes: readonly PayoutRouting['outcome'][]): RunStage[] {
  const needed = new Set(
    outcomes.flatMap((outcome): RunStage[] => (outcome === 'manager-and-finance' ? ['manager', 'finance'] : [outcome])),
  );
  return needed.size === 0 ? ['finance'] : runStages.filter((stage) => needed.has(stage));
}
