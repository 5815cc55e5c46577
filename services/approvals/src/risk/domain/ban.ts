export type BanEffect = 'ban' | 'hold' | 'notify';
/** A confirmed ban that nobody has lifted. */
export interface ActiveBan {
  banId: string;
  partnerId: string;
  /** Whose ban it is. */
  brandId: string;
}

/**
 * The ban that concerns a partner at a brand, and what it does there: the brand's own holds, whatever the policy; of other brands' the
 * first one does what the brand chose. Who chose nothing holds: money that is held can still be paid.
 */
export function banAt(
  bans: readonly ActiveBan[],
  { brandId, partnerId }: { brandId: string; partnerId: string },
  policies: ReadonlyMap<string, BanEffect>,
): { ban: ActiveBan; effect: BanEffect } | undefined {
  const concerning = bans.filter((ban) => ban.partnerId === partnerId).sort((a, b) => (a.banId < b.banId ? -1 : 1));
  const own = concerning.find((ban) => ban.brandId === brandId);
  if (own) return { ban: own, effect: 'ban' };
  const [first] = concerning;
  return first && { ban: first, effect: policies.get(brandId) ?? 'hold' };
}
