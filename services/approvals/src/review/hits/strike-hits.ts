import { newId } from '@tributary/contracts';
import type { NewEvent, Outbox, Tx } from '@tributary/messaging';
import type { CaseStore } from '../../cases/case-store.js';
import type { ClearanceStore } from '../../clearance/clearance-store.js';
import type { Effect, HitStore, HitWithEffects, StoredHit } from '../../shared/hit-store.js';
import type { StrikeHits } from '../../shared/strike.js';
import type { ApprovalStore } from '../approval-store.js';
import { decided } from '../approval-view.js';
import type { Approval } from '../domain/approval.js';
import { strike } from '../domain/hold.js';

interface StrikeParts {
  cases: CaseStore;
  clearances: ClearanceStore;
  approvals: ApprovalStore;
  hits: HitStore;
  outbox: Outbox;
}

export const strikeWith =
  (parts: StrikeParts): StrikeHits =>
  async (tx, context, wanted, now) => {
    const hits = wanted.map((hit) => ({ id: newId('riskHit'), ...hit, createdAt: now }));
    const added = await parts.hits.insert(tx, hits);
    const fresh = hits.filter(({ id }) => added.has(id));
    const met = await metBy(parts, tx, fresh);
    const { changed, effects, recalled } = struck(fresh, met, now);
    await parts.cases.attach(tx, fresh, partnersOf(met));
    // First why, then what: nothing else makes an approved one open again.
    await parts.hits.addEffects(tx, effects);
    await parts.approvals.saveDecisions(tx, changed);
    await parts.outbox.append(
      tx,
      context,
      changed.flatMap((one) => decided(one)),
    );
    await parts.outbox.append(tx, context, await recallsOf(parts, tx, recalled, now));
    return fresh.map((hit) => withEffects(hit, effects));
  };

/** What the conversions of the hits that hold have earned, by brand and conversion. */
async function metBy(parts: StrikeParts, tx: Tx, hits: readonly StoredHit[]): Promise<Map<string, Approval[]>> {
  const found = new Map<string, Approval[]>();
  const holding = hits.filter(({ holds }) => holds);
  for (const brandId of [...new Set(holding.map((hit) => hit.brandId))].sort()) {
    const conversionIds = [...new Set(holding.flatMap((hit) => (hit.brandId === brandId ? [hit.conversionId] : [])))];
    const approvals = await parts.approvals.lockByConversions(tx, brandId, conversionIds);
    for (const [conversionId, earned] of approvals) found.set(`${brandId}/${conversionId}`, earned);
  }
  return found;
}

interface Struck {
  changed: Approval[];
  effects: Effect[];
  /** Approved before, with the hit that holds them again. */
  recalled: { approval: Approval; hitId: string }[];
}
/** One hit after the other: a second one finds what the first has held. */
function struck(hits: readonly StoredHit[], met: ReadonlyMap<string, Approval[]>, now: Date): Struck {
  const changed = new Map<string, Approval>();
  const recalled: Struck['recalled'] = [];
  const effects: Effect[] = [];
  for (const hit of hits) {
    if (!hit.holds) continue;
    const approvals = (met.get(`${hit.brandId}/${hit.conversionId}`) ?? []).map((one) => changed.get(one.id) ?? one);
    const result = strike(approvals, hit, now);
    for (const approval of result.changed) changed.set(approval.id, approval);
    recalled.push(...result.recalled.map((approval) => ({ approval, hitId: hit.id })));
    effects.push(...result.held.map((approval) => ({ hitId: hit.id, approval, effect: 'held' as const })));
    effects.push(...result.decided.map((approval) => ({ hitId: hit.id, approval, effect: 'decided' as const })));
  }
  return { changed: [...changed.values()], effects, recalled };
}

function withEffects(hit: StoredHit, effects: readonly Effect[]): HitWithEffects {
  const of = (effect: Effect['effect']) =>
    effects.flatMap((one) => (one.hitId === hit.id && one.effect === effect ? [one.approval.id] : []));
  return { ...hit, held: of('held'), decided: of('decided') };
}

/** Whose a conversion is, by what it earned; it earns for the partners above too, so the originals' say first. */
function partnersOf(met: ReadonlyMap<string, readonly Approval[]>): Map<string, string> {
  return new Map([...met.values()].flatMap(([first]) => (first?.conversionId ? [[first.conversionId, first.partnerId] as const] : [])));
}

/** For each cleared run that would pay what is held again: which of its payouts must not go out. Under the locks that a clearance takes. */
async function recallsOf(
  parts: StrikeParts,
  tx: Tx,
  recalled: Struck['recalled'],
  now: Date,
): Promise<NewEvent<'approvals.run.recalled.v1'>[]> {
  if (recalled.length === 0) return [];
  const partnerIds = [...new Set(recalled.map(({ approval }) => approval.partnerId))];
  const claims = await parts.clearances.clearedWith(tx, partnerIds, [...new Set(recalled.map(({ approval }) => approval.entryId))]);
  const runs = new Map<string, typeof claims>();
  for (const claim of claims) runs.set(claim.runId, [...(runs.get(claim.runId) ?? []), claim]);
  return [...runs].map(([runId, own]) => {
    const entryIds = [...new Set(own.map(({ entryId }) => entryId))];
    const hitIds = [...new Set(recalled.flatMap(({ approval, hitId }) => (entryIds.includes(approval.entryId) ? [hitId] : [])))];
    const payoutIds = [...new Set(own.map(({ payoutId }) => payoutId))];
    const data = { runId, contentHash: own[0]?.contentHash ?? '', payoutIds, entryIds, hitIds, recalledAt: now.toISOString() };
    return { type: 'approvals.run.recalled.v1', subject: runId, time: now, data };
  });
}
