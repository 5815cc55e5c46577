import type { EventOf } from '@tributary/contracts';
import { contextOf, type Tx } from '@tributary/messaging';
import type { Clock } from '@tributary/service-kit';
import { type BanParts, strikeBanned } from './bans/strike-banned.js';
import { isReversal } from './domain/rule.js';
import type { Told } from './fact-store.js';
import { type JudgeParts, judge, takeInForce } from './judge.js';

export interface RiskParts extends JudgeParts, BanParts {
  clock: Clock;
}
/** What an identity or a signal that comes later still changes. */
export const reachMs = 90 * 86_400_000;

/**
 * Keeps what tracking tells of conversions, and judges it before their commissions can be approved: by the rules of their brands, and
 * by the bans of their partners.
 */
export const onConversionTold = (parts: RiskParts) => async (tx: Tx, events: readonly Told[]) => {
  const now = parts.clock.now();
  await parts.bans.shareBans(tx);
  const partnerIds = [...new Set(events.flatMap(({ data }) => data.partnerId ?? []))];
  const bans = await parts.bans.active(tx, partnerIds);
  const sets = await parts.ruleSets.inForce(tx, [...new Set(events.map(({ data }) => data.brandId))], now);
  const bannedAt = events.filter(({ data }) => bans.some(({ partnerId }) => partnerId === data.partnerId)).map(({ data }) => data.brandId);
  const locked = [...new Set([...sets.keys(), ...bannedAt])];
  if (locked.length > 0) await parts.hits.lockBrands(tx, locked);
  const changed = await parts.facts.save(tx, events);
  const [first] = events;
  const fresh = events.filter(({ data }) => changed.has(data.conversionId) && data.partnerId !== null);
  if (!first || locked.length === 0 || fresh.length === 0) return;
  const touched = fresh.map(({ data: { brandId, partnerId, conversionId } }) => ({ brandId, partnerId: partnerId ?? '', conversionId }));
  const earliest = new Date(Math.min(now.getTime(), ...fresh.map(({ data }) => Date.parse(data.occurredAt))));
  const context = contextOf(first, 'approvals');
  await judge(parts, tx, context, { sets, touched, earliest, now });
  const earning = new Set(fresh.filter(({ data }) => !isReversal(data)).map(({ data }) => data.conversionId));
  await strikeBanned(parts, tx, context, { bans, touched: touched.filter(({ conversionId }) => earning.has(conversionId)), now });
};

/** Of a partner whose data were erased, the keyed hashes go, unless a ban rests on them. */
export const onSubjectErased =
  ({ facts }: Pick<RiskParts, 'facts'>) =>
  (tx: Tx, events: readonly EventOf<'directory.subject.erased.v1'>[]): Promise<void> =>
    facts.forgetPartners(tx, events);

/** Keeps the keyed hashes of partners' accounts, and judges anew those who share one now. */
export const onPayoutMethodChanged =
  (parts: RiskParts) => async (tx: Tx, events: readonly EventOf<'payouts.payout-method.changed.v1'>[]) => {
    const now = parts.clock.now();
    await parts.facts.saveAccounts(tx, events);
    const identities = await parts.facts.identities(tx, [...new Set(events.map(({ data }) => data.partnerId))]);
    const sharing = [...identities].flatMap(([id, { sameAccount }]) =>
      sameAccount.length === 0 ? [] : [id, ...sameAccount.map(({ partnerId }) => partnerId)],
    );
    const [first] = events;
    if (!first || sharing.length === 0) return;
    const earliest = new Date(now.getTime() - reachMs);
    const touched = await parts.facts.conversionsOf(tx, [...new Set(sharing)], earliest);
    const brandIds = touched.map(({ brandId }) => brandId);
    const sets = await takeInForce(parts, tx, brandIds, now);
    await judge(parts, tx, contextOf(first, 'approvals'), { sets, touched, earliest, now });
  };
