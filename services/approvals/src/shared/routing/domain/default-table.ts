import { formatMajor } from '@tributary/money';
import type { Rule } from '@tributary/rules';
import type { RoutingRow, RoutingTable } from './table.js';

/** What the directory says of a brand, as far as routing goes by it. */
export interface BrandLimits {
  currency: string;
  autoApproveUpTo: bigint;
  financeThreshold: bigint;
}

/**
 * The table of a brand that has written none: above the finance threshold, finance; a partner that is not low risk or not active, what
 * was entered by hand, or an amount above the automatic limit, a manager; the rest approves itself. Both limits are inside. Limits are
 * in the brand's currency: an entry in another one is never compared with them and goes to finance.
 */
export function defaultTable({ currency, autoApproveUpTo, financeThreshold }: BrandLimits): RoutingTable {
  const limit = (value: bigint) => `${formatMajor(value, currency)} ${currency}`;
  const row = (name: string, rule: Rule, outcome: RoutingRow['outcome'], because: string): RoutingRow => ({
    name,
    when: { combinator: 'and', rules: [rule] },
    outcome,
    because,
  });
  return {
    policyVersion: null,
    rows: [
      row(
        'other-currency',
        { field: 'inBrandCurrency', operator: '=', value: false },
        'finance',
        `{amount} is not in the brand's ${currency}`,
      ),
      row(
        'above-finance-threshold',
        { field: 'size', operator: '>', value: String(financeThreshold) },
        'finance',
        `{amount} is above the finance threshold of ${limit(financeThreshold)}`,
      ),
      row('partner-not-active', { field: 'partner.status', operator: '!=', value: 'active' }, 'manager', 'The partner is {partner.status}'),
      row(
        'partner-not-low-risk',
        { field: 'partner.riskLevel', operator: '!=', value: 'low' },
        'manager',
        "The partner's risk is {partner.riskLevel}",
      ),
      row('by-hand', { field: 'byHand', operator: '=', value: true }, 'manager', '{amount} was entered by hand'),
      row(
        'above-automatic-limit',
        { field: 'amount', operator: '>', value: String(autoApproveUpTo) },
        'manager',
        `{amount} is above the automatic limit of ${limit(autoApproveUpTo)}`,
      ),
      {
        name: 'within-automatic-limit',
        outcome: 'auto',
        because: `{amount} of a low-risk partner is within the automatic limit of ${limit(autoApproveUpTo)}`,
      },
    ],
  };
}
