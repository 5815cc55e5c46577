/**
 * What is owed, worked out anew from everything that is known in the end: no engine, no journal, no increments, no code of the product.
 * Amounts are bigint minor units; rates are whole basis points; accruing flats are whole hundredths of a minor unit.
 */

export interface OracleVersion {
  partner: string;
  version: number;
  ended: boolean;
  from: string;
  saleBasisPoints: bigint;
  saleMinimum: bigint;
  bonus: bigint;
  bonusMinimum: bigint;
  lead: bigint;
  tradeHundredths: bigint;
}

export interface OracleFact {
  id: string;
  eventId: string;
  kind: 'sale' | 'lead' | 'trade' | 'refund' | 'chargeback';
  at: string;
  partner: string | null;
  amount: bigint | null;
  original: string | null;
}

/** Owed by `partner component conversion`, or `partner component` where cents accumulate; nothing owed is left out. */
export function whatIsOwed(facts: readonly OracleFact[], versions: readonly OracleVersion[]): Record<string, bigint> {
  const owed: Record<string, bigint> = {};
  const hundredths: Record<string, bigint> = {};
  for (const fact of facts) {
    if (fact.kind === 'refund' || fact.kind === 'chargeback') continue;
    const terms = termsAt(versions, fact);
    if (terms === undefined || fact.partner === null) continue;
    const rest = restOf(fact, facts);
    const key = (component: string) => `${fact.partner} ${component} ${fact.id}`;
    if (fact.kind === 'sale') {
      const amount = fact.amount ?? 0n;
      if (amount >= terms.saleMinimum) owed[key('share')] = halfAway(rest.amount * terms.saleBasisPoints, 10_000n);
      if (amount >= terms.bonusMinimum && !rest.gone && rest.amount >= terms.bonusMinimum) owed[key('bonus')] = terms.bonus;
    }
    if (fact.kind === 'lead' && !rest.gone) owed[key('lead')] = terms.lead;
    if (fact.kind === 'trade') hundredths[fact.partner] = (hundredths[fact.partner] ?? 0n) + terms.tradeHundredths;
  }
  for (const [partner, sum] of Object.entries(hundredths)) owed[`${partner} trade`] = halfAway(sum, 100n);
  return Object.fromEntries(Object.entries(owed).filter(([, amount]) => amount !== 0n));
}

/** The last version written that counts at the time of the event. */
function termsAt(versions: readonly OracleVersion[], fact: OracleFact): OracleVersion | undefined {
  const inForce = versions.filter(({ partner, from }) => partner === fact.partner && from <= fact.at);
  const [last] = inForce.sort((a, b) => b.version - a.version);
  return last?.ended ? undefined : last;
}

/** What the refunds leave, taken in order of their time, each at most what there still is. */
function restOf(fact: OracleFact, facts: readonly OracleFact[]): { amount: bigint; gone: boolean } {
  const refunds = facts.filter(({ kind, original }) => (kind === 'refund' || kind === 'chargeback') && original === fact.id);
  if (fact.amount === null) return { amount: 0n, gone: refunds.length > 0 };
  let amount = fact.amount;
  const ordered = [...refunds].sort((a, b) => (a.at + a.eventId < b.at + b.eventId ? -1 : 1));
  for (const refund of ordered) amount -= refund.amount === null || refund.amount > amount ? amount : refund.amount;
  return { amount, gone: amount === 0n && refunds.length > 0 };
}

/** To the nearest, a half upwards: nothing here is negative. */
const halfAway = (n: bigint, d: bigint): bigint => (2n * n + d) / (2n * d);
