import type { FoldResult, PostedScope, Posting, RunningState, ScopeIdentity } from '@tributary/engine';
import type { RoundingMode } from '@tributary/money';
import type { ChangedScope, Contribution, ScopeRow } from './journal-store.js';

type Held = ScopeRow & { postingsBefore: number | null; changed: boolean };

/** The part of the journal that a transaction works on, in memory: read once, posted to, written once. */
export class Journal {
  private readonly scopes = new Map<string, Held>();
  private readonly scopesOf = new Map<string, string[]>();
  private readonly contributions = new Map<string, Map<string, Contribution>>();
  private readonly changedContributions = new Map<string, Contribution>();

  constructor(scopes: readonly ScopeRow[], contributions: readonly Contribution[]) {
    for (const scope of scopes) this.hold({ ...scope, postingsBefore: scope.postings, changed: false });
    for (const one of contributions) this.contributionsOf(one.conversionId).set(one.scope, one);
  }

  private hold(scope: Held): Held {
    this.scopes.set(scope.scope, scope);
    if (scope.conversionId !== null) this.scopesOf.set(scope.conversionId, [...(this.scopesOf.get(scope.conversionId) ?? []), scope.scope]);
    return scope;
  }

  private contributionsOf(conversionId: string): Map<string, Contribution> {
    const known = this.contributions.get(conversionId) ?? new Map<string, Contribution>();
    this.contributions.set(conversionId, known);
    return known;
  }

  /** The running scopes that the fold names or that the conversion put something into before. */
  runningOf(conversionId: string, fold: FoldResult): RunningState[] {
    const contributed = this.contributionsOf(conversionId);
    const named = fold.scopes.filter(({ type }) => type === 'running').map(({ scope }) => scope);
    return [...new Set([...named, ...contributed.keys()])].flatMap((key) => {
      const scope = this.scopes.get(key);
      if (scope === undefined) return [];
      return [
        {
          ...identityOf(scope),
          rounding: (scope.rounding ?? 'half-away') as RoundingMode,
          sum: scope.runningSum ?? '0',
          contribution: contributed.get(key)?.exact ?? '0',
        },
      ];
    });
  }

  /** What has been posted for the conversion, and for anybody into the running scopes given. */
  postedOf(conversionId: string, running: readonly RunningState[]): PostedScope[] {
    const keys = [...(this.scopesOf.get(conversionId) ?? []), ...running.map(({ scope }) => scope)];
    const contributed = this.contributionsOf(conversionId);
    return keys.flatMap((key) => {
      const scope = this.scopes.get(key);
      if (scope === undefined || scope.postings === 0) return [];
      const originalPostingId = scope.originalEntryId ?? contributed.get(key)?.firstEntryId ?? null;
      return [{ ...identityOf(scope), net: scope.net, originalPostingId }];
    });
  }

  /** Takes over the running sums of a plan. Before the plan's postings. */
  addUp(conversionId: string, brandId: string, states: readonly RunningState[]): void {
    for (const state of states) {
      const scope = this.scopes.get(state.scope);
      if (scope === undefined) throw new Error(`running scope ${state.scope} is not locked`);
      const own = this.contributionsOf(conversionId);
      const firstEntryId = own.get(state.scope)?.firstEntryId ?? null;
      const contribution = { conversionId, scope: state.scope, brandId, exact: state.contribution, firstEntryId };
      own.set(state.scope, contribution);
      this.changedContributions.set(`${conversionId} ${state.scope}`, contribution);
      scope.runningSum = state.sum;
      scope.changed = true;
    }
  }

  /** Posts, and returns the ordinal of the posting in its scope. */
  post(posting: Posting, entryId: string, conversionId: string, brandId: string): number {
    const scope = this.scopes.get(posting.scope) ?? this.hold(newScope(posting, conversionId, brandId));
    scope.net += posting.amount;
    scope.postings += 1;
    scope.dealVersion = posting.dealVersion;
    const contribution = this.contributionsOf(conversionId).get(posting.scope);
    if (contribution === undefined) scope.originalEntryId ??= entryId;
    else contribution.firstEntryId ??= entryId;
    scope.changed = true;
    return scope.postings;
  }

  changes(): { scopes: ChangedScope[]; contributions: Contribution[] } {
    return { scopes: [...this.scopes.values()].filter(({ changed }) => changed), contributions: [...this.changedContributions.values()] };
  }
}

const newScope = (
  { scope, partnerId, dealId, dealVersion, component, currency }: Posting,
  conversionId: string,
  brandId: string,
): Held => ({
  scope,
  brandId,
  conversionId,
  partnerId,
  dealId,
  dealVersion,
  component,
  currency,
  net: 0n,
  postings: 0,
  originalEntryId: null,
  runningSum: null,
  rounding: null,
  postingsBefore: null,
  changed: true,
});

function identityOf({ scope, partnerId, dealId, dealVersion, component, currency }: ScopeRow): ScopeIdentity {
  if (dealId === null || dealVersion === null) throw new Error(`scope ${scope} is not of a deal: nothing is rated into it`);
  return { scope, partnerId, dealId, dealVersion, component, currency };
}

/** Rows for the running scopes that folds name, as they are before anything has been posted. */
export function runningRows(cases: readonly { brandId: string; fold: FoldResult }[]): ScopeRow[] {
  const rows = new Map<string, ScopeRow>();
  for (const { brandId, fold } of cases) {
    for (const scope of fold.scopes) {
      if (scope.type !== 'running') continue;
      rows.set(scope.scope, {
        ...identityOf({ ...scope } as unknown as ScopeRow),
        brandId,
        conversionId: null,
        net: 0n,
        postings: 0,
        originalEntryId: null,
        runningSum: '0',
        rounding: scope.rounding,
      });
    }
  }
  return [...rows.values()];
}
