import { reportRiskHit } from '@tributary/contracts';
import { command, created, NotYetKnown } from '@tributary/service-kit';
import type { HitStore } from '../../shared/hit-store.js';
import type { ProfileStore } from '../../shared/profile-store.js';
import type { StrikeHits } from '../../shared/strike.js';
import { hitView } from './hit-view.js';

export interface ReportParts {
  hits: HitStore;
  profiles: ProfileStore;
  strikeHits: StrikeHits;
}

/**
 * Holds what a conversion earns until a person decides: what waits now, and what arrives later. A rule that has hit the conversion
 * before changes nothing, and is answered with what is there.
 */
export const reportRiskHitRoute = ({ hits, profiles, strikeHits }: ReportParts) =>
  command(reportRiskHit, async ({ tx, body, principal, now, context }) => {
    await hits.lockBrands(tx, [body.brandId]);
    if (!(await profiles.sharePolicies(tx, [body.brandId])).has(body.brandId)) throw new NotYetKnown('brand', body.brandId);
    const hit = { ...body, holds: true, evidence: [], reportedBy: principal.actorId };
    const [fresh] = await strikeHits(tx, context, [hit], now);
    const known = fresh ?? (await hits.find(tx, body));
    if (!known) throw new Error(`the hit of ${body.rule} on ${body.conversionId} is there and cannot be read`);
    return created(hitView(known));
  });
