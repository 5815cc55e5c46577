import { formatMajor } from '@tributary/money';
import type { Needs, RiskLevel } from './approval.js';

export interface RoutingPolicy {
  currency: string;
  autoApproveUpTo: bigint;
  financeThreshold: bigint;
}
export interface RoutingProfile {
  status: string;
  riskLevel: RiskLevel;
}
export interface Routing {
  needs: Needs;
  route: string;
}

/**
 * Who decides on an entry. Money that goes back needs nobody. Otherwise: above the finance threshold, finance; a partner that is
 * not low risk or not active, or an amount above the automatic limit, a manager; the rest approves itself.
 * Limits are in the brand's currency: an entry in another one is never compared with them and goes to finance.
 * What somebody made by hand is decided by another person, however small and whichever way the money goes.
 */
export function routeEntry(
  entry: { amount: bigint; currency: string; byHand?: boolean },
  policy: RoutingPolicy,
  partner: RoutingProfile,
): Routing {
  const amount = `${formatMajor(entry.amount, entry.currency)} ${entry.currency}`;
  if (entry.amount <= 0n && !entry.byHand) return { needs: 'nobody', route: `${amount} takes nothing out: approved automatically` };
  if (entry.currency !== policy.currency)
    return { needs: 'finance', route: `${amount} is not in the brand's ${policy.currency}: finance decides` };
  const limit = (value: bigint) => `${formatMajor(value, policy.currency)} ${policy.currency}`;
  if (magnitude(entry.amount) > policy.financeThreshold)
    return { needs: 'finance', route: `${amount} is above the finance threshold of ${limit(policy.financeThreshold)}: finance decides` };
  if (partner.status !== 'active') return { needs: 'manager', route: `The partner is ${partner.status}: a manager decides` };
  if (partner.riskLevel !== 'low') return { needs: 'manager', route: `The partner's risk is ${partner.riskLevel}: a manager decides` };
  if (entry.byHand) return { needs: 'manager', route: `${amount} was entered by hand: another manager decides` };
  if (entry.amount > policy.autoApproveUpTo)
    return { needs: 'manager', route: `${amount} is above the automatic limit of ${limit(policy.autoApproveUpTo)}: a manager decides` };
  return {
    needs: 'nobody',
    route: `${amount} of a low-risk partner is within the automatic limit of ${limit(policy.autoApproveUpTo)}: approved automatically`,
  };
}

const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
