import type { PayoutCharge } from '@tributary/contracts';
import type { ExchangeDesk } from '../exchange/domain/exchange-desk.js';
import type { Exchanged } from '../exchange/domain/exchange-terms.js';
import { sumOfCharges } from '../ledger/domain/charges.js';
import type { ClaimedGroup, Routing } from '../runs/domain/split-groups.js';
import type { PaidGroup } from './write-payouts.js';

/** Exchanges what a group and its charges come to, where it is paid in another currency; or says why that cannot be. */
export function inCurrencyOfPayout(
  desk: ExchangeDesk,
  group: ClaimedGroup,
  routing: PaidGroup['routing'],
  charges: readonly PayoutCharge[],
): PaidGroup | { group: ClaimedGroup; routing: Extract<Routing, { leftOut: string }> } {
  if (routing.exchangeTo === undefined) return { group, routing, charges };
  const exchanged = desk.exchange(group.brandId, group.amount + sumOfCharges(charges), group.currency, routing.exchangeTo);
  if (typeof exchanged === 'string') return { group, routing: { leftOut: exchanged } };
  return { group, routing, charges: [...charges, ...feeOf(exchanged)], exchanged };
}

const feeOf = ({ exchange: { fee, bearer } }: Exchanged): PayoutCharge[] =>
  bearer === 'partner' && fee > 0 ? [{ kind: 'exchange-fee', amount: -fee }] : [];
