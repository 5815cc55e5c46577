import { newId, reportRiskHit } from '@tributary/contracts';
import { command, created, NotYetKnown } from '@tributary/service-kit';
import { decided } from '../approval-view.js';
import { strike } from '../domain/hold.js';
import type { ReviewParts } from '../on-entry-accrued.consumer.js';
import { hitView } from './hit-view.js';

/**
 * Holds what a conversion earns until a person decides: what waits now, and what arrives later. A rule that has hit the conversion
 * before changes nothing, and is answered with what is there.
 */
export const reportRiskHitRoute = ({ approvals, hits, profiles, outbox }: ReviewParts) =>
  command(reportRiskHit, async ({ tx, body, principal, now, context }) => {
    await hits.lockBrand(tx, body.brandId);
    if (!(await profiles.sharePolicies(tx, [body.brandId])).has(body.brandId)) throw new NotYetKnown('brand', body.brandId);
    const hit = { id: newId('riskHit'), ...body, reportedBy: principal.actorId, createdAt: now };
    if (!(await hits.insert(tx, hit))) {
      const known = await hits.find(tx, body);
      if (!known) throw new Error(`the hit of ${body.rule} on ${body.conversionId} is there and cannot be read`);
      return created(hitView(known));
    }
    const met = strike(await approvals.lockByConversion(tx, body), hit, now);
    await approvals.saveDecisions(tx, met.changed);
    await hits.addEffects(tx, [
      ...met.held.map((approval) => ({ hitId: hit.id, approval, effect: 'held' as const })),
      ...met.decided.map((approval) => ({ hitId: hit.id, approval, effect: 'decided' as const })),
    ]);
    await outbox.append(
      tx,
      context,
      met.changed.flatMap((one) => decided(one)),
    );
    return created(hitView({ ...hit, held: met.held.map(({ id }) => id), decided: met.decided.map(({ id }) => id) }));
  });
