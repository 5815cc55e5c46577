import { newId } from '@tributary/contracts';
import type { Outbox, Tx } from '@tributary/messaging';
import type { CaseStore } from '../../cases/case-store.js';
import type { Effect, HitStore, HitWithEffects, StoredHit } from '../../shared/hit-store.js';
import type { StrikeHits } from '../../shared/strike.js';
import type { ApprovalStore } from '../approval-store.js';
import { decided } from '../approval-view.js';
import type { Approval } from '../domain/approval.js';
import { strike } from '../domain/hold.js';

interface StrikeParts {
  cases: CaseStore;
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
    const { changed, effects } = struck(fresh, met, now);
    await parts.cases.attach(tx, fresh, partnersOf(met));
    await parts.approvals.saveDecisions(tx, changed);
    await parts.hits.addEffects(tx, effects);
    await parts.outbox.append(
      tx,
      context,
      changed.flatMap((one) => decided(one)),
    );
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

/** One hit after the other: a second one finds what the first has held. */
function struck(hits: readonly StoredHit[], met: ReadonlyMap<string, Approval[]>, now: Date): { changed: Approval[]; effects: Effect[] } {
  const changed = new Map<string, Approval>();
  const effects: Effect[] = [];
  for (const hit of hits) {
    if (!hit.holds) continue;
    const approvals = (met.get(`${hit.brandId}/${hit.conversionId}`) ?? []).map((one) => changed.get(one.id) ?? one);
    const result = strike(approvals, hit, now);
    for (const approval of result.changed) changed.set(approval.id, approval);
    effects.push(...result.held.map((approval) => ({ hitId: hit.id, approval, effect: 'held' as const })));
    effects.push(...result.decided.map((approval) => ({ hitId: hit.id, approval, effect: 'decided' as const })));
  }
  return { changed: [...changed.values()], effects };
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
