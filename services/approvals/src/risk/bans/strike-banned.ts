import { newId } from '@tributary/contracts';
import type { EventContext, Outbox, Tx } from '@tributary/messaging';
import type { NewHit, StrikeHits } from '../../shared/strike.js';
import type { BanPolicy, BanStore } from '../ban-store.js';
import { type ActiveBan, type BanEffect, banAt } from '../domain/ban.js';
import type { Touched } from '../judge.js';

export interface BanParts {
  bans: BanStore;
  strikeHits: StrikeHits;
  outbox: Outbox;
}
interface Met {
  one: Touched;
  ban: ActiveBan;
  effect: BanEffect;
}

/** What banned partners do at brands: each brand's policy decides, with the ban and the brand whose it is as evidence. Under the brands' locks. */
export async function strikeBanned(
  parts: BanParts,
  tx: Tx,
  context: EventContext,
  { bans, touched, now }: { bans: readonly ActiveBan[]; touched: readonly Touched[]; now: Date },
): Promise<void> {
  if (bans.length === 0 || touched.length === 0) return;
  const policies = await parts.bans.policies(tx, [...new Set(touched.map(({ brandId }) => brandId))]);
  const effects = new Map([...policies].map(([brandId, { onBan }]) => [brandId, onBan]));
  const met = touched.flatMap((one): Met[] => {
    const found = banAt(bans, one, effects);
    return found ? [{ one, ...found }] : [];
  });
  const concerned = new Map(met.map((each) => [`${each.ban.banId}/${each.one.brandId}`, each]));
  for (const each of concerned.values()) await takeEffect(parts, tx, context, each, policies.get(each.one.brandId), now);
  await parts.strikeHits(tx, context, met.map(hitOf), now);
}

const hitOf = ({ one: { brandId, conversionId }, ban, effect }: Met): NewHit => ({
  brandId,
  conversionId,
  rule: 'network-ban',
  detail: ban.brandId === brandId ? 'the partner is banned here' : `the partner is banned at ${ban.brandId}`,
  evidence: [ban.banId, ban.brandId],
  holds: effect !== 'notify',
  reportedBy: `ban:${ban.banId}`,
});

/** The first time at a brand: it is told of, and a brand that bans along has a ban of its own, by whom wrote its policy. */
async function takeEffect(
  parts: BanParts,
  tx: Tx,
  context: EventContext,
  met: Met,
  policy: BanPolicy | undefined,
  now: Date,
): Promise<void> {
  const { ban, effect, one } = met;
  const { brandId, partnerId } = one;
  if (!(await parts.bans.addEffect(tx, { banId: ban.banId, brandId, effect, at: now }))) return;
  if (effect === 'ban' && ban.brandId !== brandId && policy) {
    const id = newId('networkBan');
    const proposedBy = `ban:${ban.banId}`;
    const reason = `banned at ${ban.brandId}`;
    const own = {
      id,
      brandId,
      partnerId,
      reason,
      caseId: null,
      sourceBanId: ban.banId,
      sourceBrandId: ban.brandId,
      proposedBy,
      proposedAt: now,
    };
    if (await parts.bans.add(tx, own))
      await parts.bans.decide(tx, {
        banId: id,
        action: 'confirm',
        brandId,
        proposedBy,
        decidedBy: policy.writtenBy,
        reason,
        decidedAt: now,
      });
  }
  const data = { banId: ban.banId, partnerId, brandId, sourceBrandId: ban.brandId, effect, at: now.toISOString() };
  await parts.outbox.append(tx, context, [
    { type: 'approvals.partner.banned.v1', subject: ban.banId, brandId, partnerId, time: now, data },
  ]);
}
