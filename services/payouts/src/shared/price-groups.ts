import type { PayoutCharge } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import type { Exchanged } from '../exchange/domain/exchange-terms.js';
import { sumOfCharges } from '../ledger/domain/charges.js';
import type { ClaimedGroup } from '../runs/domain/split-groups.js';
import { taxCharges, taxesOf } from '../tax/payout-tax-store.js';
import type { Started } from './build-run.js';
import { payingBrands } from './claim-payables.js';
import { chargesOfOffsets } from './offsets.js';
import type { Decision, Routed } from './plan-run.js';

/** What each balance comes to: less what is settled elsewhere and fees, with tax of what is left, and exchanged where it is paid in another currency. */
export async function priceGroups(tx: Tx, { desk, now }: Started, routed: readonly Routed[]): Promise<Map<ClaimedGroup, Decision>> {
  const taxed = routed.map(({ group, routing }) => ({ ...group, net: group.amount, base: group.amount - routing.fee.charged }));
  const brands = await payingBrands(tx, [...new Set(taxed.map(({ brandId }) => brandId))]);
  const taxes = await taxesOf(tx, taxed, brands, now);
  return new Map(
    routed.map(({ group, routing, offsets }, index): [ClaimedGroup, Decision] => {
      const tax = taxed[index] && taxes.get(taxed[index]);
      const charges = [...chargesOfOffsets(offsets), ...feesOf(routing.fee.charged), ...taxCharges(tax)];
      const net = group.amount + sumOfCharges(charges);
      // Tax of a balance of which debts elsewhere left little.
      if (net <= 0n) return [group, { leftOut: 'nothing-due' }];
      const terms = { routing, charges, tax, shares: offsets.shares };
      if (routing.exchangeTo === undefined) return [group, terms];
      const exchanged = desk.exchange(group.brandId, net, group.currency, routing.exchangeTo);
      if (typeof exchanged === 'string') return [group, { leftOut: exchanged }];
      return [group, { ...terms, charges: [...charges, ...exchangeFeeOf(exchanged)], exchanged }];
    }),
  );
}

const feesOf = (charged: bigint): PayoutCharge[] => (charged === 0n ? [] : [{ kind: 'fee', amount: toWireAmount(-charged) }]);

const exchangeFeeOf = ({ exchange: { fee, bearer } }: Exchanged): PayoutCharge[] =>
  bearer === 'partner' && fee > 0 ? [{ kind: 'exchange-fee', amount: -fee }] : [];
