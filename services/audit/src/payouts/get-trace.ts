import { getPayoutTrace } from '@tributary/contracts';
import { ok, query, reject } from '@tributary/service-kit';
import type { ArchiveStore } from '../archive/archive-store.js';
import { loadStory } from './load-story.js';
import { causesIn, traceOf } from './trace-steps.js';

export interface TraceParts {
  archive: ArchiveStore;
  /** Address of a trace in the trace UI, with `{traceId}` in it. */
  traceUrl: string | undefined;
}

/** More lines than anybody reads; whether anything is missing is said for all. */
const shownLines = 200;

/** The way of a payout, from the archive's causation and ids alone: it is told also when the trace store has forgotten. */
export const getTraceRoute = ({ archive, traceUrl }: TraceParts) =>
  query(getPayoutTrace, async ({ params, scope }) => {
    const story = await loadStory(archive, scope, params.payoutId);
    if (story === undefined) return reject('not-found');
    const { steps, omittedLines, missing } = traceOf(story, await archive.byEventIds(causesIn(story)), shownLines);
    const linked = steps.map((step) => ({
      ...step,
      traceUrl: traceUrl && step.traceId ? traceUrl.replaceAll('{traceId}', step.traceId) : null,
    }));
    return ok({ payoutId: params.payoutId, complete: missing.length === 0, missing, omittedLines, steps: linked });
  });
