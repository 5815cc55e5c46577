import { bucketOf, bucketRange } from '@tributary/calendar';
import type { Tx } from '@tributary/messaging';
import { type Candidate, type LimitName, overLimit, type PayoutLimits, type Usage } from '../limits/domain/payout-limits.js';
import { limitsOf } from '../limits/limit-store.js';

const dayMs = 86_400_000;

export interface Outgoing extends Pick<Candidate, 'brandId' | 'partnerId' | 'currency' | 'accountHmac' | 'amount'> {
  /** What only played is no proof and uses nothing up. */
  sandbox: boolean;
}

/** Two runs that go out at once do not both take what is left of a day. */
export async function lockLimits(tx: Tx, brandIds: readonly string[]): Promise<void> {
  for (const brandId of [...new Set(brandIds)].sort()) await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`limits:${brandId}`]);
}

/**
 * The limit, if any, that each of what is about to go out breaks. When it is built (`unsent`), whatever is built and not sent counts
 * as if it went out today, so that what was built also goes out; when it is sent, only what was sent before counts.
 */
export async function limitsBroken(
  tx: Tx,
  outgoing: readonly Outgoing[],
  { now, unsent }: { now: Date; unsent: boolean },
): Promise<(LimitName | undefined)[]> {
  const limits = await limitsOf(tx, [...new Set(outgoing.map(({ brandId }) => brandId))]);
  const limited = outgoing.flatMap((each, index) => {
    const own = limits.get(`${each.brandId} ${each.currency}`);
    return own ? [{ ...each, index, limits: own }] : [];
  });
  if (limited.length === 0) return outgoing.map(() => undefined);
  const usages = await usagesOf(tx, limited, now, unsent);
  const broken = overLimit(limited.map((each, index) => ({ ...each, usage: usages[index] ?? nothingKnown })));
  const byIndex = new Map(limited.map(({ index }, position) => [index, broken[position]]));
  return outgoing.map((_, index) => byIndex.get(index));
}

const nothingKnown: Usage = { brandToday: 0n, partnerToday: 0n, isNew: true, inAll: 0n, accountProven: false, toAccount: 0n, payouts: 0 };

/** A failed payout moved nothing; what was returned did go out on its day, but proves nothing and is not with the partner. */
const usages = /* sql */ `
WITH counted AS (
  SELECT p.*, p.attempted_at IS NULL AS waits FROM payout p
  WHERE p.brand_id = ANY ($1) AND p.status <> 'failed' AND ($7 OR p.attempted_at IS NOT NULL))
SELECT coalesce(day.amount, 0)::bigint AS "brandToday", coalesce(own.today, 0)::bigint AS "partnerToday", coalesce(own.in_all, 0)::bigint AS "inAll",
  coalesce(own.to_account, 0)::bigint AS "toAccount", coalesce(own.payouts, 0)::int AS payouts, coalesce(own.proven, false) AS "accountProven",
  (SELECT min(enrolled_at) FROM enrollment_profile e WHERE e.partner_id = wanted.partner_id AND e.brand_id = wanted.brand_id) AS "enrolledAt"
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $8::boolean[]) WITH ORDINALITY
  AS wanted (brand_id, partner_id, currency, account_hmac, today, since, sandbox, number)
LEFT JOIN (
  SELECT brand_id, currency, sandbox, today, sum(amount) AS amount
  FROM counted JOIN (SELECT DISTINCT brand_id, today FROM unnest($1::text[], $5::timestamptz[]) AS each (brand_id, today)) AS days USING (brand_id)
  WHERE waits OR attempted_at >= today GROUP BY 1, 2, 3, 4) AS day USING (brand_id, currency, sandbox, today)
LEFT JOIN LATERAL (
  SELECT sum(amount) FILTER (WHERE mine AND (waits OR attempted_at >= wanted.today)) AS today, sum(amount) FILTER (WHERE mine AND status <> 'returned') AS in_all,
    sum(amount) FILTER (WHERE mine AND status <> 'returned' AND account_hmac = wanted.account_hmac) AS to_account,
    count(*) FILTER (WHERE mine AND (waits OR attempted_at > wanted.since)) AS payouts, bool_or(status = 'settled' AND account_hmac = wanted.account_hmac) AS proven
  FROM (SELECT *, currency = wanted.currency AS mine FROM counted
        WHERE brand_id = wanted.brand_id AND partner_id = wanted.partner_id AND sandbox = wanted.sandbox) AS theirs) AS own ON true
ORDER BY wanted.number`;

type UsageRow = Omit<Usage, 'isNew'> & { enrolledAt: Date | null };

async function usagesOf(tx: Tx, limited: readonly (Outgoing & { limits: PayoutLimits })[], now: Date, unsent: boolean): Promise<Usage[]> {
  const today = await daysOf(tx, [...new Set(limited.map(({ brandId }) => brandId))], now);
  const { rows } = await tx.query<UsageRow>(usages, [
    limited.map(({ brandId }) => brandId),
    limited.map(({ partnerId }) => partnerId),
    limited.map(({ currency }) => currency),
    limited.map(({ accountHmac }) => accountHmac),
    limited.map(({ brandId }) => today.get(brandId) ?? new Date(0)),
    limited.map(({ limits }) => new Date(now.getTime() - (limits.velocity?.days ?? 0) * dayMs)),
    unsent,
    limited.map(({ sandbox }) => sandbox),
  ]);
  return rows.map(({ enrolledAt, ...usage }, index) => {
    const days = limited[index]?.limits.newPartner?.days ?? 0;
    return { ...usage, isNew: enrolledAt === null || now.getTime() < enrolledAt.getTime() + days * dayMs };
  });
}

/** When the day of each brand began, on its clocks. */
async function daysOf(tx: Tx, brandIds: readonly string[], now: Date): Promise<Map<string, Date>> {
  const { rows } = await tx.query<{ brandId: string; timeZone: string }>(
    'SELECT brand_id AS "brandId", time_zone AS "timeZone" FROM brand_profile WHERE brand_id = ANY ($1)',
    [brandIds],
  );
  return new Map(
    rows.map(({ brandId, timeZone }) => [brandId, new Date(bucketRange(bucketOf(now.toISOString(), 'day', timeZone), timeZone).from)]),
  );
}
