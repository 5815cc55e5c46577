import type { DealChange, DealTerms } from '@tributary/contracts';
import { newId } from '@tributary/contracts';
import type { EventContext, Tx } from '@tributary/messaging';
import { NotYetKnown, Rejected } from '@tributary/service-kit';
import { type Brand, findBrand } from '../../profiles/brand-store.js';
import { acceptTerms } from '../accept-terms.js';
import { acceptChange } from '../batches/accept-change.js';
import { planAmendments } from '../batches/plan-amendments.js';
import { writeVersions } from '../batches/write-versions.js';
import { versionsOfDeal, versionsOfTemplate } from '../deal-store.js';
import { type DealVersionRecord, type Decision, decideAmendment, latestOf } from '../domain/deal.js';
import { decideChange, type StatusChange, stageOf } from '../domain/lifecycle.js';
import { othersFor } from '../others-for.js';
import { overlapsAnother } from '../overlaps-another.js';
import { findTemplate } from '../templates/template-store.js';
import { type DealParts, hashTerms, writeChange, writeVersion } from '../write-version.js';

/** What is to be simulated: a version that does not count yet, an amendment, or one of all deals of a template. */
export type Simulated =
  | { brandId: string; dealId: string; version: number }
  | { brandId: string; dealId: string; terms: DealTerms; effectiveFrom: string }
  | { brandId: string; templateId: string; change: DealChange; effectiveFrom: string }
  | { brandId: string; templateId: string; terms: DealTerms; effectiveFrom: string };

/** What putting it into force would write, and from when on for whom it would count. */
export interface Activation {
  effectiveFrom: string;
  partnerIds: readonly string[];
  deals: number;
  exceptions: readonly { dealId: string; reason: string }[];
  write(tx: Tx, parts: DealParts, context: EventContext): Promise<unknown>;
}

/** Decides as the real command would. @throws Rejected what that would answer */
export async function planActivation(tx: Tx, wanted: Simulated, actorId: string, now: Date): Promise<Activation> {
  if ('templateId' in wanted) return ofTemplate(tx, wanted, actorId, now);
  const versions = await versionsOfDeal(tx, wanted.dealId);
  if (versions[0]?.brandId !== wanted.brandId) throw new Rejected('not-found');
  if ('version' in wanted) return ofVersion(tx, versions, wanted.version, actorId, now);
  const { partnerId } = latestOf(versions);
  const others = await othersFor(tx, { brandId: wanted.brandId, partnerId, exceptDealId: wanted.dealId }, wanted.terms, now);
  const { terms } = acceptTerms(wanted.terms, await brandOf(tx, wanted.brandId), others);
  const stamp = { authorId: actorId, recordedAt: now.toISOString(), documentHash: hashTerms(terms) };
  const effectiveFrom = new Date(wanted.effectiveFrom).toISOString();
  const deal = accepted(decideAmendment(versions, { effectiveFrom, terms, reason: 'simulation' }, stamp));
  await refuseOverlap(tx, versions, deal);
  return { ...ofDeal(deal), write: (inside, parts, context) => writeVersion(inside, parts, deal, context, now) };
}

async function brandOf(tx: Tx, brandId: string): Promise<Brand> {
  const brand = await findBrand(tx, brandId);
  if (brand === undefined) throw new NotYetKnown('brand', brandId);
  return brand;
}

async function ofVersion(tx: Tx, versions: readonly DealVersionRecord[], number: number, actorId: string, now: Date): Promise<Activation> {
  const version = versions.find((one) => one.version === number);
  if (version === undefined) throw new Rejected('not-found');
  const change: StatusChange = { status: 'active', at: now.toISOString(), actorId, note: null };
  const proposed = stageOf(version, versions, version.effectiveFrom) === 'proposed';
  // Whether it will be accepted is another question than what it would do.
  const ready: DealVersionRecord = proposed ? { ...version, changes: [...version.changes, { ...change, status: 'accepted' }] } : version;
  const deal = accepted(decideChange(versions, ready, change));
  await refuseOverlap(tx, versions, deal);
  return { ...ofDeal(deal), write: (inside, parts, context) => writeChange(inside, parts, deal, change, context, now) };
}

async function ofTemplate(tx: Tx, wanted: Extract<Simulated, { templateId: string }>, authorId: string, now: Date): Promise<Activation> {
  const template = await findTemplate(tx, wanted.templateId);
  if (template === undefined || template.brandId !== wanted.brandId) throw new Rejected('not-found');
  const asked: DealChange = 'terms' in wanted ? { terms: wanted.terms } : wanted.change;
  const brand = await brandOf(tx, wanted.brandId);
  const change = acceptChange(asked, template, brand, 'terms' in wanted ? '/terms' : '/change/terms');
  const effectiveFrom = new Date(wanted.effectiveFrom).toISOString();
  const batch = { batchId: newId('dealBatch'), template: template.terms, effectiveFrom, reason: 'simulation', change, except: new Map() };
  const versions = await versionsOfTemplate(tx, wanted.templateId);
  const planned = await planAmendments(tx, versions, batch, { brand, authorId, now });
  const deals = planned.deals.map(({ deal }) => deal);
  return {
    effectiveFrom,
    partnerIds: [...new Set(deals.map(({ partnerId }) => partnerId))],
    deals: deals.length,
    exceptions: planned.exceptions,
    write: (inside, parts, context) => writeVersions(inside, parts, deals, { brandId: wanted.brandId, effectiveFrom }, context, now),
  };
}

const ofDeal = ({ effectiveFrom, partnerId }: DealVersionRecord) => ({ effectiveFrom, partnerIds: [partnerId], deals: 1, exceptions: [] });

function accepted(decision: Decision<DealVersionRecord>): DealVersionRecord {
  if (!decision.accepted) throw new Rejected(decision.reason);
  return decision.value;
}

async function refuseOverlap(tx: Tx, versions: readonly DealVersionRecord[], deal: DealVersionRecord): Promise<void> {
  if (await overlapsAnother(tx, versions, deal)) throw new Rejected('deal-overlaps');
}
