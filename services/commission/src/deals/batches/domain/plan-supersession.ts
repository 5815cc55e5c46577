import { groupBy } from '../../../shared/domain/group-by.js';
import { counts, type DealVersionRecord, identityOf, latestOf, type VersionFields } from '../../domain/deal.js';
import type { Exception } from './plan-batch.js';

/** What a bulk amendment did to one deal: the version that it wrote, and the one that stood before. */
export interface Amended {
  dealId: string;
  version: number;
  baseVersion: number;
}

/** A version to be written again: as what, and whether it ends the deal. */
export interface Restored {
  fields: VersionFields;
  status: 'active' | 'ended';
}

/**
 * The versions that take a bulk amendment back: for each deal the terms that stood before, from the same instant on. A later version wins
 * over all before it from its own instant on, so what was written after the amendment, for a time after it, is written once more.
 * A deal whose amendment is superseded already, by a version from the same instant or before, is left alone.
 */
export function planSupersession(
  versions: readonly DealVersionRecord[],
  amended: readonly Amended[],
  batch: { effectiveFrom: string; reason: string },
): { restored: Restored[]; exceptions: Exception[] } {
  const byDeal = groupBy(versions, ({ dealId }) => dealId);
  const restored: Restored[] = [];
  const exceptions: Exception[] = [];
  const from = Date.parse(batch.effectiveFrom);
  for (const { dealId, version, baseVersion } of amended) {
    const own = byDeal.get(dealId) ?? [];
    const base = own.find((one) => one.version === baseVersion);
    if (base === undefined) throw new Error(`deal ${dealId} has no version ${baseVersion}`);
    const since = own.filter((one) => counts(one) && one.version > version).sort((a, b) => a.version - b.version);
    if (since.some((one) => Date.parse(one.effectiveFrom) <= from)) {
      exceptions.push({ dealId, reason: 'already-amended' });
      continue;
    }
    const next = latestOf(own).version + 1;
    const { effectiveFrom, reason } = batch;
    const first = { ...identityOf(base), version: next, effectiveFrom, terms: base.terms, reason, batchId: null };
    restored.push({ fields: first, status: 'active' });
    restored.push(
      ...since.map((one, index): Restored => {
        const { effectiveFrom, terms, reason } = one;
        const fields = { ...identityOf(one), version: next + 1 + index, effectiveFrom, terms, reason, batchId: null };
        return { fields, status: one.status === 'ended' ? 'ended' : 'active' };
      }),
    );
  }
  return { restored, exceptions };
}
