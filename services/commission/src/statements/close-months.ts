import type { Outbox, Tx } from '@tributary/messaging';
import { type Clock, type Database, everything, type Job, type Jobs } from '@tributary/service-kit';
import { z } from 'zod';
import { ensurePartitions } from '../accrual/journal-store.js';
import { closedPeriodsOf } from '../periods/period-store.js';
import { type Brand, findBrand, shareBooks } from '../profiles/brand-store.js';
import type { CloseMonths, Issued } from '../shared/months.js';
import type { Rating } from '../shared/rating.js';
import { foldChain } from './month-chain.js';
import { monthDealsOf, monthPartners } from './month-deal-store.js';
import { lockMonths } from './statement-store.js';

/** Partners whose months are folded at once. */
export const partnersAtOnce = 500;
/** A brand with more partners than this closes its months in the background, one chunk a transaction. */
export const partnersInOneClose = 1000;
const jobName = 'close-months';

export interface CloseParts {
  outbox: Outbox;
  jobs: Jobs;
}

/**
 * Issues the statements of a month for every partner with something rated by the month: here, or by a job when they are many (then the
 * answer is null).
 */
export const closeMonthsWith =
  (parts: CloseParts): CloseMonths =>
  async (tx, { brand, period, now, context, here }) => {
    const first = await monthPartners(tx, brand.brandId, '', partnersInOneClose + 1);
    if (first.length > partnersInOneClose && !here) {
      await parts.jobs.enqueue(tx, jobName, { brandId: brand.brandId, period, after: '', context });
      return null;
    }
    const issued: Issued = { statements: 0, entries: 0, posted: [] };
    const rating: Rating = { outbox: parts.outbox, now, trigger: 'facts', context };
    for (let after: string | undefined = ''; after !== undefined; ) {
      const partners: string[] = await monthPartners(tx, brand.brandId, after, partnersAtOnce);
      const done = await closeChunk(tx, rating, brand, period, partners);
      issued.statements += done.statements;
      issued.entries += done.entries;
      after = partners.length === partnersAtOnce ? partners.at(-1) : undefined;
    }
    return issued;
  };

/** The months of some partners. Done again it does nothing. */
async function closeChunk(tx: Tx, rating: Rating, brand: Brand, period: string, partners: readonly string[]): Promise<Issued> {
  if (partners.length === 0) return { statements: 0, entries: 0, posted: [] };
  await ensurePartitions(tx, rating.now);
  const deals = await monthDealsOf(tx, brand.brandId, partners);
  await lockMonths(
    tx,
    deals.map(({ dealId }) => dealId),
  );
  const closed = new Set((await closedPeriodsOf(tx, [brand.brandId])).get(brand.brandId) ?? []).add(period);
  const months = new Map(deals.map(({ dealId }) => [dealId, new Set([period])]));
  return foldChain(tx, rating, brand, deals, months, { closed, closing: period, reason: 'late-fact', makesMissing: false });
}

const jobData = z.object({
  brandId: z.string(),
  period: z.string(),
  after: z.string(),
  context: z.object({
    correlationId: z.string(),
    causationId: z.string().optional(),
    actorId: z.string(),
    actorKind: z.enum(['user', 'key', 'system', 'partner']),
  }),
});

/** Chunks worked on at the same time: while one is being folded, others are being read and written. */
const lanes = 2;
/** Chunks of one job. */
const chunksInOneJob = 12;

/**
 * The next chunks of a large brand's close, each in a transaction of its own. When they are through, the job enqueues the rest: a chunk
 * done twice changes nothing, so a job that died in between is simply run again.
 */
export const closeMonthsJob = ({ outbox, jobs, db }: CloseParts & { db: Database; clock: Clock }): Job => ({
  name: jobName,
  run: async (raw, { now }) => {
    const {
      brandId,
      period,
      after,
      context: { causationId, ...context },
    } = jobData.parse(raw);
    const rating: Rating = { outbox, now, trigger: 'facts', context: causationId === undefined ? context : { ...context, causationId } };
    const partners = await db.tx(everything, (tx) => monthPartners(tx, brandId, after, chunksInOneJob * partnersAtOnce));
    const chunks = chunksOf(partners);
    const lane = async (): Promise<void> => {
      for (const chunk of chunks) {
        await db.tx(everything, async (tx) => {
          await shareBooks(tx, [brandId]);
          const brand = await findBrand(tx, brandId);
          if (brand !== undefined) await closeChunk(tx, rating, brand, period, chunk);
        });
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    if (partners.length < chunksInOneJob * partnersAtOnce) return;
    await db.tx(everything, (tx) => jobs.enqueue(tx, jobName, { ...raw, after: partners.at(-1) }));
  },
});

/** For several lanes to take from: a lane that fails ends it, and the others with it. */
function* chunksOf(partners: readonly string[]): Generator<string[]> {
  for (let start = 0; start < partners.length; start += partnersAtOnce) yield partners.slice(start, start + partnersAtOnce);
}
