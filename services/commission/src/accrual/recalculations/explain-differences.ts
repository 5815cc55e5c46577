import type { Tx } from '@tributary/messaging';
import { groupBy } from '../../shared/domain/group-by.js';
import { causesBetween, type DifferenceCause, inputsOf } from '../domain/causes.js';
import { foldAgain, type InputsNow } from './fold-again.js';
import { lastPostings, type Posted } from './recalculation-store.js';

/** What a scope came to by its entries, by its counter, and from the facts. */
export interface Difference {
  scope: string;
  currency: string;
  /** Null for a running scope. */
  conversionId: string | null;
  journal: bigint;
  net: bigint;
  recomputed: bigint;
}

export interface Contribution {
  conversionId: string;
  scope: string;
  exact: string;
}

/** Why scopes differ. Call it after the rating from nothing; `made` are the entries of that. */
export async function explainDifferences<D extends Difference>(
  tx: Tx,
  differences: readonly D[],
  contributions: { before: readonly Contribution[]; after: readonly Contribution[] },
  made: readonly string[],
): Promise<(D & { causes: DifferenceCause[] })[]> {
  if (differences.length === 0) return [];
  const moved = movedBetween(contributions.before, contributions.after);
  const postings = await lastPostings(
    tx,
    differences.map(({ scope }) => scope),
    made,
  );
  const byScope = groupBy(postings, ({ scope }) => scope);
  const conversionIds = differences.flatMap(({ scope, conversionId }) =>
    conversionId === null ? (moved.get(scope) ?? []) : [conversionId],
  );
  const now = await foldAgain(tx, [...new Set(conversionIds)]);
  return differences.map((one) => ({ ...one, causes: causesOf(one, byScope.get(one.scope) ?? [], moved.get(one.scope) ?? [], now) }));
}

/** Conversions that put another amount into a running scope than before, by scope. */
function movedBetween(before: readonly Contribution[], after: readonly Contribution[]): Map<string, string[]> {
  const keyOf = ({ scope, conversionId }: Contribution): string => `${scope} ${conversionId}`;
  const amounts = new Map(before.map((one) => [keyOf(one), one.exact]));
  const all = new Map([...before, ...after].map((one) => [keyOf(one), one]));
  const fresh = new Map(after.map((one) => [keyOf(one), one.exact]));
  const moved = new Map<string, string[]>();
  for (const [key, { scope, conversionId }] of all) {
    if ((amounts.get(key) ?? '0') !== (fresh.get(key) ?? '0')) moved.set(scope, [...(moved.get(scope) ?? []), conversionId]);
  }
  return moved;
}

function causesOf(one: Difference, postings: readonly Posted[], moved: readonly string[], now: InputsNow): DifferenceCause[] {
  const explained = BigInt(postings.at(-1)?.entitlement ?? '0');
  const causes = new Set<DifferenceCause>();
  if (one.journal !== one.net || one.journal !== explained) causes.add('journal');
  if (explained !== one.recomputed) {
    const concerned = one.conversionId === null ? moved : [one.conversionId];
    const found = concerned.flatMap((id) => causesFor(one.scope, id, postings, now));
    for (const cause of found.length > 0 ? found : (['unknown'] as const)) causes.add(cause);
  }
  return [...causes];
}

function causesFor(scope: string, conversionId: string, postings: readonly Posted[], now: InputsNow): DifferenceCause[] {
  const stored = postings.findLast((one) => one.conversionId === conversionId && one.fold !== null)?.fold;
  const fresh = now(conversionId, scope);
  if (stored === undefined || stored === null) return [];
  // Posted for a fact that is not there.
  return fresh === undefined ? ['facts'] : causesBetween(inputsOf(stored), fresh);
}
