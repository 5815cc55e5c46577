import type { EventContext } from '@tributary/messaging';
import { type Database, everything, type Job } from '@tributary/service-kit';
import { z } from 'zod';
import type { HitStore } from '../../shared/hit-store.js';
import type { FactStore } from '../fact-store.js';
import { type BanParts, strikeBanned } from './strike-banned.js';

export interface SpreadParts extends BanParts {
  db: Database;
  hits: HitStore;
  facts: FactStore;
}
export const spreadBanJobName = 'spread-ban';
const jobData = z.object({ banId: z.string() });
/** What a partner did longer ago is paid, or held for reasons of its own. */
const reachMs = 90 * 86_400_000;

/** Looks through what a banned partner did at all brands before the ban. May run again: hits and effects are kept once. */
export const spreadBanJob = (parts: SpreadParts): Job => ({
  name: spreadBanJobName,
  run: async (raw, { now }) => {
    const { banId } = jobData.parse(raw);
    await parts.db.tx(everything, async (tx) => {
      await parts.bans.shareBans(tx);
      const ban = await parts.bans.find(tx, banId);
      if (!ban) return;
      const bans = await parts.bans.active(tx, [ban.partnerId]);
      const touched = await parts.facts.conversionsOf(tx, [ban.partnerId], new Date(now.getTime() - reachMs));
      await parts.hits.lockBrands(tx, [...new Set(touched.map(({ brandId }) => brandId))]);
      const context: EventContext = { correlationId: banId, actorId: 'system:approvals', actorKind: 'system' };
      await strikeBanned(parts, tx, context, { bans, touched, now });
    });
  },
});
