import { newId } from '@tributary/contracts';
import { difference, ENGINE_VERSION, type MonthOfPosting, type PostingReason } from '@tributary/engine';
import { maturityOf } from '../accrual/domain/maturity.js';
import type { ChangedScope, ScopeRow } from '../accrual/journal-store.js';
import type { Brand } from '../profiles/brand-store.js';
import type { Made } from '../shared/rating.js';
import type { FoldedMonth } from './fold-months.js';
import type { CurrentStatement } from './statement-store.js';

/** Names for ever what one component of a deal earns by one month in one currency. */
export const monthScope = (dealId: string, component: string, period: string, currency: string): string =>
  ['month', dealId, component, period, currency].map(encodeURIComponent).join('/');

/** Every scope that a month posts into, or has posted into: what it no longer names comes down to nothing. */
export function scopesOf({ deal, period, currency, result }: FoldedMonth, current: CurrentStatement | undefined): string[] {
  const named = result.components.map(({ component }) => monthScope(deal.dealId, component, period, currency));
  const before = current?.statements.map(({ component }) => monthScope(deal.dealId, component, period, current.currency)) ?? [];
  return [...new Set([...named, ...before])];
}

export interface MonthPosting {
  /** Into which month of the books. */
  into: string;
  reason: PostingReason;
  statementId: string;
  now: Date;
}

/** The differences between what a month entitles to and what is posted of it, and the scopes as they stand after them. */
export function postingsOf(
  month: FoldedMonth,
  brand: Brand,
  current: CurrentStatement | undefined,
  held: ReadonlyMap<string, ScopeRow>,
  posting: MonthPosting,
): { made: Made; scope: ChangedScope }[] {
  const { deal, period, currency, result } = month;
  const wanted = new Map(result.components.map((one) => [monthScope(deal.dealId, one.component, period, currency), one]));
  return scopesOf(month, current).flatMap((key) => {
    const component = wanted.get(key);
    const before = held.get(key);
    const amount = difference(component?.entitlement ?? 0n, before?.net ?? 0n);
    if (amount === null) return [];
    const scope = scopeAfter(key, month, brand, before, component, amount);
    return [{ scope, made: madeOf(month, brand, scope, before, component?.entitlement ?? 0n, posting) }];
  });
}

function scopeAfter(
  key: string,
  { deal, currency, versions }: FoldedMonth,
  { brandId }: Brand,
  before: ScopeRow | undefined,
  component: FoldedMonth['result']['components'][number] | undefined,
  amount: bigint,
): ChangedScope {
  const lastVersion = versions.at(-1)?.version ?? 1;
  return {
    scope: key,
    brandId,
    conversionId: null,
    partnerId: deal.partnerId,
    dealId: deal.dealId,
    dealVersion: component?.dealVersion ?? before?.dealVersion ?? lastVersion,
    component: component?.component ?? before?.component ?? '',
    currency: before?.currency ?? currency,
    net: (before?.net ?? 0n) + amount,
    postings: (before?.postings ?? 0) + 1,
    originalEntryId: before?.originalEntryId ?? newId('entry'),
    runningSum: null,
    rounding: null,
    postingsBefore: before?.postings ?? null,
  };
}

function madeOf(
  { deal, to, result }: FoldedMonth,
  brand: Brand,
  scope: ChangedScope,
  before: ScopeRow | undefined,
  entitlement: bigint,
  { into, reason, statementId, now }: MonthPosting,
): Made {
  const record = deal.versions.find(({ version }) => version === scope.dealVersion);
  // A month is earned with its last instant.
  const occurredAt = new Date(Date.parse(to) - 1);
  const postedBefore = before?.net ?? 0n;
  const amount = scope.net - postedBefore;
  return {
    entry: {
      entryId: before === undefined ? (scope.originalEntryId ?? newId('entry')) : newId('entry'),
      recordedAt: now,
      scope: scope.scope,
      posting: scope.postings,
      partnerId: deal.partnerId,
      brandId: brand.brandId,
      programId: deal.programId,
      dealId: deal.dealId,
      dealVersion: scope.dealVersion,
      engineVersion: ENGINE_VERSION,
      conversionId: null,
      causeConversionId: null,
      component: scope.component,
      amount,
      currency: scope.currency,
      reason,
      adjusts: before?.originalEntryId ?? null,
      occurredAt,
      maturesAt: maturityOf(record?.terms, brand, occurredAt.toISOString()),
      period: into,
    },
    explanation: {
      fold: null,
      withdrawn: null,
      running: null,
      month: monthBehind(result, scope.component),
      entitlement: `${entitlement}`,
      postedBefore: `${postedBefore}`,
      amount: `${amount}`,
    },
    dealAuthorId: record?.authorId ?? 'unknown',
    cause: null,
    statementId,
    traceparent: null,
  };
}

/** What an entry is worked out from. The state with which the month closes stands in the statement. */
const monthBehind = ({ explanation, components }: FoldedMonth['result'], component: string): MonthOfPosting => {
  const { explanationVersion, engineVersion, inputs, rates } = explanation;
  return {
    component,
    fold: { explanationVersion, engineVersion, inputs, rates },
    statement: components.find((one) => one.component === component)?.statement ?? null,
  };
};
