import { createHash } from 'node:crypto';
import { bucketRange } from '@tributary/calendar';
import { canonicalJson } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { NotYetKnown, Rejected } from '@tributary/service-kit';
import { findBrand, shareBooks } from '../../profiles/brand-store.js';
import type { RecalculateMonths } from '../../shared/months.js';
import { mostConversions, type RehearsalRun, type Rehearse } from '../../shared/rehearsal.js';
import { lockFacts } from '../fact-store.js';
import { ensurePartitions } from '../journal-store.js';
import { quietly } from '../quietly.js';
import { rateAgainAtOnce } from '../rate-again.js';
import { rateConversions } from '../rate-conversions.js';
import { type Contribution, type Difference, explainDifferences } from './explain-differences.js';
import {
  contributionsTo,
  conversionsOf,
  forgetRating,
  type JournalSum,
  journalSums,
  lockInOrder,
  type ScopeHeld,
  scopesHeld,
  type Ties,
  tiedBy,
  tiesOf,
} from './recalculation-store.js';

export interface RecalculationRequest {
  brandId: string;
  partnerId: string;
  period: string;
}

/** Differences are explained up to this many. */
const mostDifferences = 500;

/**
 * Forgets all that has been made of a partner's month but the journal, rates it again from the facts, in the caller's transaction, and
 * holds the journal against what comes out. What is rated together (streams, running sums) is rated from nothing as a whole.
 *
 * Months that are closed are folded again from the sums of their facts, with the state that the month before them closed with.
 */
export const recalculateWith =
  (recalculateMonths: RecalculateMonths): Rehearse =>
  async (tx, raw, run) => {
    const { brandId, partnerId, period } = raw as RecalculationRequest;
    await shareBooks(tx, [brandId]);
    const brand = await findBrand(tx, brandId);
    if (brand === undefined) throw new NotYetKnown('brand', brandId);
    const asked = await conversionsOf(tx, { brandId, partnerId }, bucketRange(period, brand.timeZone), mostConversions);
    const { conversionIds, ties } = await withAllTied(tx, asked);
    const ordered = await lockInOrder(tx, conversionIds);

    const before = await booksOf(tx, conversionIds, ties);
    await forgetRating(tx, conversionIds, ties);
    const made = await rateFromNothing(tx, ordered, run);
    const after = await scopesHeld(tx, conversionIds, await runningOf(tx, conversionIds));

    const concerned = new Set(asked);
    const isOf = (one: { partnerId: string; conversionId: string | null }): boolean =>
      one.partnerId === partnerId && (one.conversionId === null || concerned.has(one.conversionId));
    const recomputed = new Map(after.filter(isOf).map((one) => [one.scope, one]));
    const held = new Map(before.scopes.filter(isOf).map((one) => [one.scope, one]));
    const journal = new Map(
      before.sums
        .filter((one) => one.partnerId === partnerId && (held.has(one.scope) || concerned.has(one.conversionId)))
        .map((one) => [one.scope, one]),
    );
    const scopes = [...new Set([...journal.keys(), ...held.keys(), ...recomputed.keys()])].sort();
    const lines = scopes.map((scope) => lineOf(scope, journal.get(scope), held.get(scope), recomputed.get(scope)));
    const differing = lines.filter(({ journal: sum, net, recomputed: fresh }) => sum !== fresh || net !== fresh);
    const months = await recalculateMonths(tx, { brandId, partnerId, period });
    const otherMonths = months.filter(({ net, recomputed: fresh }) => net !== fresh);
    const contributions = { before: before.contributions, after: await contributionsTo(tx, ties.running) };
    const differences = await explainDifferences(tx, differing.slice(0, mostDifferences), contributions, made);
    return {
      identical: differing.length + otherMonths.length === 0,
      conversions: asked.length,
      scopes: lines.filter(({ journal: sum, recomputed: fresh }) => sum !== 0n || fresh !== 0n).length,
      entries: [...journal.values()].reduce((sum, { entries }) => sum + entries, 0),
      hash: hashOf([
        ...lines.map(({ scope, journal: net }) => [scope, net] as const),
        ...months.map(({ scope, net }) => [scope, net] as const),
      ]),
      recomputedHash: hashOf([...lines, ...months].map(({ scope, recomputed: net }) => [scope, net])),
      differences: [
        ...differences.map(({ scope, currency, causes, ...sums }) =>
          differenceView(scope, currency, sums.journal, sums.recomputed, causes),
        ),
        // A month is made of sums: what of them is another, its statement says beside the journal.
        ...otherMonths.map(({ scope, currency, net, recomputed: fresh }) => differenceView(scope, currency, net, fresh, ['facts'])),
      ],
    };
  };

const differenceView = (scope: string, currency: string, journal: bigint, fresh: bigint, causes: readonly string[]) => ({
  scope,
  currency,
  journal: toWireAmount(journal),
  recomputed: toWireAmount(fresh),
  causes,
});

/** Conversions with all that they are rated together with, and what that is rated together with in turn. */
async function withAllTied(tx: Tx, asked: readonly string[]): Promise<{ conversionIds: string[]; ties: Ties }> {
  const all = new Set(asked);
  for (;;) {
    if (all.size > mostConversions) throw new Rejected('too-many-conversions');
    const ties = await tiesOf(tx, [...all]);
    const known = all.size;
    for (const id of await tiedBy(tx, ties, mostConversions)) all.add(id);
    if (all.size === known) return { conversionIds: [...all], ties };
  }
}

const runningOf = async (tx: Tx, conversionIds: readonly string[]): Promise<string[]> => (await tiesOf(tx, conversionIds)).running;

interface Books {
  scopes: ScopeHeld[];
  sums: JournalSum[];
  contributions: Contribution[];
}

async function booksOf(tx: Tx, conversionIds: readonly string[], { running }: Ties): Promise<Books> {
  return {
    scopes: await scopesHeld(tx, conversionIds, running),
    sums: await journalSums(tx, conversionIds),
    contributions: await contributionsTo(tx, running),
  };
}

// Months are held against the journal by themselves, from sums that do not go by what has been posted.
const noMonths = async (): Promise<[]> => [];

/** Returns the ids of the entries that this posted. */
async function rateFromNothing(tx: Tx, ordered: readonly string[], { actorId, now, progress }: RehearsalRun): Promise<string[]> {
  const context = { correlationId: 'recalculation', actorId, actorKind: 'system' as const };
  const made: string[] = [];
  await ensurePartitions(tx, now);
  for (let at = 0; at < ordered.length; at += rateAgainAtOnce) {
    const chunk = ordered.slice(at, at + rateAgainAtOnce);
    const entries = await rateConversions(tx, quietly('terms', context, now, noMonths), await lockFacts(tx, chunk));
    for (const { entryId } of entries) made.push(entryId);
    await progress(Math.min(at + rateAgainAtOnce, ordered.length), ordered.length);
  }
  return made;
}

const lineOf = (scope: string, journal?: JournalSum, held?: ScopeHeld, recomputed?: ScopeHeld): Difference => ({
  scope,
  currency: journal?.currency ?? held?.currency ?? recomputed?.currency ?? '',
  conversionId:
    held === undefined && recomputed === undefined ? (journal?.conversionId ?? null) : ((held ?? recomputed)?.conversionId ?? null),
  journal: journal?.amount ?? 0n,
  net: held?.net ?? 0n,
  recomputed: recomputed?.net ?? 0n,
});

/** What adds up to nothing is left out: it makes no difference whether it was ever posted. */
function hashOf(nets: readonly (readonly [scope: string, net: bigint])[]): string {
  const list = nets.flatMap(([scope, net]) => (net === 0n ? [] : [[scope, `${net}`]]));
  return createHash('sha256').update(canonicalJson(list)).digest('hex');
}
