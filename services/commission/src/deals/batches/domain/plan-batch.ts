import type { DealChange } from '@tributary/contracts';
import { type Terms, versionInForce } from '@tributary/engine';
import { groupBy } from '../../../shared/domain/group-by.js';
import { beginsBeforeTheDeal, counts, type DealVersionRecord, identityOf, latestOf, type VersionFields } from '../../domain/deal.js';
import { adjustTerms } from './adjust-terms.js';

/** A deal that a bulk amendment leaves as it is, and why. */
export interface Exception {
  dealId: string;
  reason: string;
}

/** What a bulk amendment does to one deal. */
export interface Step {
  /** What stands at the instant from which the new version counts. */
  base: DealVersionRecord;
  fields: VersionFields;
}

export interface BatchPlan {
  steps: readonly Step[];
  exceptions: readonly Exception[];
}

export interface BatchRequest {
  batchId: string;
  template: Terms;
  effectiveFrom: string;
  reason: string;
  change: DealChange;
  /** Left out by hand: deal id to reason. */
  except: ReadonlyMap<string, string>;
}

/** One new version for each deal that is in force, and the deals that keep the terms they have. Versions of one deal may come in any order. */
export function planBatch(versions: readonly DealVersionRecord[], request: BatchRequest): BatchPlan {
  const steps: Step[] = [];
  const exceptions: Exception[] = [];
  for (const [dealId, own] of groupBy(versions, (version) => version.dealId)) {
    const step = request.except.get(dealId) ?? stepOf(own, request);
    if (typeof step === 'string') exceptions.push({ dealId, reason: step });
    else steps.push(step);
  }
  return { steps, exceptions };
}

function stepOf(versions: readonly DealVersionRecord[], request: BatchRequest): Step | string {
  const { batchId, effectiveFrom, reason } = request;
  const inForce = versionInForce(versions, effectiveFrom);
  const base = versions.find(({ version }) => version === inForce?.version);
  if (versions.some(({ status }) => status === 'ended')) return 'deal-already-ended';
  if (beginsBeforeTheDeal(versions, effectiveFrom)) return 'effective-date-before-start';
  if (base === undefined) return 'deal-not-in-force';
  if (versions.some((one) => counts(one) && Date.parse(one.effectiveFrom) > Date.parse(effectiveFrom))) return 'already-amended-later';
  const terms = changed(base.terms, request);
  if (typeof terms === 'string') return terms;
  return { base, fields: { ...identityOf(base), version: latestOf(versions).version + 1, effectiveFrom, terms, reason, batchId } };
}

const changed = (terms: Terms, { change, template }: BatchRequest): Terms | string =>
  'terms' in change ? (change.terms as Terms) : adjustTerms(terms, template, change.adjust);
