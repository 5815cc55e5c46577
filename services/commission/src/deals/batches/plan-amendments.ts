import type { Finding } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import type { Brand } from '../../profiles/brand-store.js';
import { groupBy } from '../../shared/domain/group-by.js';
import { breaksOf, isError, lintCompleted } from '../accept-terms.js';
import { versionsOfPartners } from '../deal-store.js';
import { type DealVersionRecord, latestOf, newVersion } from '../domain/deal.js';
import { othersForAll } from '../others-for.js';
import { beginsThere, standsInTheWay } from '../overlaps-another.js';
import { hashTerms } from '../write-version.js';
import { type BatchRequest, type Exception, planBatch } from './domain/plan-batch.js';

/** What the linter has against terms that are written all the same, and of which deals. */
export type BatchWarning = Finding & { dealIds: string[] };

export interface Amendments {
  deals: readonly { base: DealVersionRecord; deal: DealVersionRecord }[];
  exceptions: readonly Exception[];
  warnings: readonly BatchWarning[];
}

/**
 * The versions that a bulk amendment writes. A deal that could not be amended so by itself, by what the linter says of its new terms or
 * because it would stand in another's way, is an exception.
 */
export async function planAmendments(
  tx: Tx,
  versions: readonly DealVersionRecord[],
  request: BatchRequest,
  { brand, authorId, now }: { brand: Brand; authorId: string; now: Date },
): Promise<Amendments> {
  const { steps, exceptions } = planBatch(versions, request);
  const recordedAt = now.toISOString();
  const planned = steps.map(({ base, fields }) => ({
    base,
    deal: newVersion(fields, 'active', { authorId, recordedAt, documentHash: hashTerms(fields.terms) }),
  }));
  const own = groupBy(versions, ({ dealId }) => dealId);
  const before = ({ dealId }: DealVersionRecord): DealVersionRecord[] => own.get(dealId) ?? [];
  const lint = await linterFor(tx, planned, brand, now);
  const inTheWay = await overlapsFor(tx, planned, before, brand.brandId);
  const refused: Exception[] = [];
  const written: { base: DealVersionRecord; deal: DealVersionRecord }[] = [];
  const warnings = new Map<string, BatchWarning>();
  for (const one of planned) {
    const { deal } = one;
    const findings = lint(deal);
    if (findings.some(isError) || breaksOf(latestOf(before(deal)).terms, deal.terms).length > 0) {
      refused.push({ dealId: deal.dealId, reason: 'terms-invalid' });
    } else if (inTheWay(deal)) {
      refused.push({ dealId: deal.dealId, reason: 'deal-overlaps' });
    } else {
      written.push(one);
      for (const finding of findings) addWarning(warnings, finding, deal.dealId);
    }
  }
  return { deals: written, exceptions: [...exceptions, ...refused], warnings: [...warnings.values()] };
}

type Planned = readonly { deal: DealVersionRecord }[];

/** Deals with the same terms below the same partners have the same findings. */
async function linterFor(tx: Tx, planned: Planned, brand: Brand, now: Date): Promise<(deal: DealVersionRecord) => Finding[]> {
  const others = await othersForAll(
    tx,
    brand.brandId,
    planned.map(({ deal }) => deal),
    now,
  );
  const known = new Map<string, Finding[]>();
  return ({ terms, partnerId, documentHash }) => {
    const given = others(partnerId);
    const key = `${documentHash} ${JSON.stringify(given.uplineTerms)}`;
    const findings = known.get(key) ?? lintCompleted(terms, brand, given);
    known.set(key, findings);
    return findings;
  };
}

/** Asks once for each deal, in turn: what is written of the batch stands in the way of what comes after it. */
async function overlapsFor(
  tx: Tx,
  planned: Planned,
  before: (deal: DealVersionRecord) => readonly DealVersionRecord[],
  brandId: string,
): Promise<(deal: DealVersionRecord) => boolean> {
  const beginning = new Set(planned.filter(({ deal }) => beginsThere(before(deal), deal)).map(({ deal }) => deal.dealId));
  if (beginning.size === 0) return () => false;
  const partnerIds = planned.filter(({ deal }) => beginning.has(deal.dealId)).map(({ deal }) => deal.partnerId);
  const place = ({ partnerId, programId }: DealVersionRecord): string => `${partnerId} ${programId}`;
  const there = groupBy(await versionsOfPartners(tx, brandId, [...new Set(partnerIds)]), place);
  return (deal) => {
    if (!beginning.has(deal.dealId)) return false;
    const known = there.get(place(deal)) ?? [];
    if (standsInTheWay(deal, known)) return true;
    there.set(place(deal), [...known, deal]);
    return false;
  };
}

function addWarning(warnings: Map<string, BatchWarning>, finding: Finding, dealId: string): void {
  const key = JSON.stringify([finding.pointer, finding.rule, finding.message]);
  const known = warnings.get(key);
  if (known === undefined) warnings.set(key, { ...finding, dealIds: [dealId] });
  else known.dealIds.push(dealId);
}
