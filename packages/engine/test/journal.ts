import type { Period } from '@tributary/calendar';
import {
  type Cause,
  type Conversion,
  type DealVersion,
  foldConversion,
  isRefundKind,
  type PostedScope,
  type Posting,
  planPostings,
  type RunningState,
  recomputePosting,
} from '../src/index.js';

export type Fact = { type: 'conversion'; conversion: Conversion } | { type: 'deal'; deal: DealVersion } | { type: 'close'; period: Period };

/** The smallest keeper of a journal around the engine: takes facts one at a time, in whatever order, and posts differences. */
export function openJournal(brandCurrency = 'EUR', timeZone = 'Europe/Berlin') {
  const conversions = new Map<string, Conversion>();
  const deals = new Map<string, DealVersion>();
  const postings: (Posting & { postingId: string; conversionId: string })[] = [];
  const running = new Map<string, Omit<RunningState, 'contribution'>>();
  const contributions = new Map<string, Map<string, string>>();
  const closed = new Set<Period>();

  function learn(fact: Fact): void {
    if (fact.type === 'close') {
      closed.add(fact.period);
    } else if (fact.type === 'deal') {
      deals.set(`${fact.deal.dealId}/${fact.deal.version}`, fact.deal);
      for (const { conversionId } of originals()) rate(conversionId, { reason: 'amendment', occurredAt: fact.deal.effectiveFrom });
    } else {
      const { conversion } = fact;
      conversions.set(conversion.conversionId, conversion);
      const reason = conversion.kind === 'refund' || conversion.kind === 'chargeback' ? conversion.kind : 'accrual';
      rate(conversion.originalConversionId ?? conversion.conversionId, { reason, occurredAt: conversion.occurredAt });
    }
  }

  const originals = () => [...conversions.values()].filter(({ kind }) => !isRefundKind(kind));

  function rate(conversionId: string, cause: Cause): void {
    const original = conversions.get(conversionId);
    if (!original) return;
    const refunds = [...conversions.values()].filter((one) => one.originalConversionId === conversionId);
    const fold = foldConversion({ original, refunds, versions: [...deals.values()], brandCurrency });

    const own = contributions.get(conversionId) ?? new Map<string, string>();
    const touched = new Set([...own.keys(), ...fold.scopes.flatMap((scope) => (scope.type === 'running' ? scope.scope : []))]);
    const states = [...touched].flatMap((scope) => {
      const state = running.get(scope);
      return state ? [{ ...state, contribution: own.get(scope) ?? '0' }] : [];
    });
    const plan = planPostings({ fold, posted: posted(conversionId, touched), running: states, cause, timeZone, closedPeriods: closed });

    for (const posting of plan.postings) {
      if (!recomputePosting(JSON.parse(JSON.stringify(posting.explanation))).agrees) throw new Error('a posting that does not recompute');
      if (closed.has(posting.period)) throw new Error(`a posting into the closed period ${posting.period}`);
      postings.push({ ...posting, conversionId, postingId: `com_${postings.length + 1}` });
    }
    for (const { contribution, ...state } of plan.running) {
      running.set(state.scope, state);
      own.set(state.scope, contribution);
    }
    contributions.set(conversionId, own);
  }

  function posted(conversionId: string, runningScopes: ReadonlySet<string>): PostedScope[] {
    const scopes = new Map<string, PostedScope>();
    for (const { amount, postingId, ...posting } of postings) {
      const before = scopes.get(posting.scope);
      const own = posting.conversionId === conversionId ? postingId : null;
      if (runningScopes.has(posting.scope) || posting.scope.startsWith(`${conversionId}/`))
        scopes.set(posting.scope, {
          ...posting,
          net: (before?.net ?? 0n) + amount,
          originalPostingId: before?.originalPostingId ?? own,
        });
    }
    return [...scopes.values()];
  }

  /** Net of the journal per partner and scope, scopes at zero left out. */
  function nets(): Record<string, bigint> {
    const sums = new Map<string, bigint>();
    for (const { partnerId, scope, amount } of postings)
      sums.set(`${partnerId}:${scope}`, (sums.get(`${partnerId}:${scope}`) ?? 0n) + amount);
    return Object.fromEntries([...sums].filter(([, net]) => net !== 0n).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  return { learn, nets, postings, running };
}
