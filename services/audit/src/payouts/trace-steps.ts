import type { Envelope } from '@tributary/contracts';
import {
  type ArchivedEvent,
  attributionIn,
  conversionsBehind,
  conversionsOfMonth,
  eventsOfMonth,
  missingHops,
  missingOutcomes,
  type Story,
  statementBehind,
} from '@tributary/evidence';
import { shownOfMonth } from './load-months.js';

/** One step on the way of a payout, as the archive tells it. */
export interface TraceStep {
  step: string;
  /** ISO instant. */
  at: string;
  /** What the step is about. */
  id: string;
  service: string;
  /** Null where no event was published: a click. */
  eventId: string | null;
  causationId: string | null;
  traceId: string | null;
  summary: string;
}

export interface Trace {
  steps: TraceStep[];
  /** Lines of the payout whose steps are left out, because there are too many. */
  omittedLines: number;
  missing: string[];
}

/**
 * Events that a consumer writes must say which event they answer; what people and schedules begin has no cause: adjustments, closes of
 * months, new terms.
 */
const alwaysCaused: readonly string[] = ['commission.entry.accrued.v1', 'approvals.run.cleared.v1', 'notifications.message.sent.v1'];
const byHand = ({ type, data }: Envelope): boolean =>
  type === 'commission.entry.accrued.v1' && (data as { causeConversionId: string | null }).causeConversionId === null;

/** The way from click to settlement and message, line by line and then as one payout. */
export function traceOf(story: Story, archivedEvents: ReadonlySet<string>, shownLines: number): Trace {
  const lines = [...new Set(story.lines.map(({ entryId }) => entryId))];
  const shown = lines.slice(0, shownLines);
  const steps = [...shown.flatMap((entryId) => stepsOfEntry(story, entryId)), ...stepsOfPayout(story)];
  return {
    steps: withoutRepetition(steps),
    omittedLines: lines.length - shown.length,
    missing: [...missingHops(story), ...missingOutcomes(story), ...missingCauses(story, archivedEvents)],
  };
}

/** What the causes of a story's events must be found by. */
export const causesIn = (story: Story): string[] =>
  eventsOf(story).flatMap(({ causationid }) => (causationid === undefined ? [] : [causationid]));

function missingCauses(story: Story, archivedEvents: ReadonlySet<string>): string[] {
  return eventsOf(story).flatMap((event) => {
    const { id, type, causationid } = event;
    if (causationid === undefined) return alwaysCaused.includes(type) && !byHand(event) ? [`cause of ${type} ${id}`] : [];
    return archivedEvents.has(causationid) ? [] : [`event ${causationid}, which caused ${type} ${id}`];
  });
}

const eventsOf = (story: Story): Envelope[] =>
  [
    ...story.entries.values(),
    ...[...story.decisions.values()].flat(),
    ...story.postings,
    ...story.parts,
    ...(story.seal ? [story.seal] : []),
    ...(story.clearance ? [story.clearance] : []),
    ...story.steps,
    ...story.messages,
  ].map(({ event }) => event);

function stepsOfEntry(story: Story, entryId: string): TraceStep[] {
  const entry = story.entries.get(entryId);
  if (entry === undefined) return [];
  const { data } = entry.event;
  const ofMonth = conversionsOfMonth(story, entry.event).slice(0, shownOfMonth);
  const conversions = [...conversionsBehind(entry.event), ...ofMonth];
  const ratings = conversions.flatMap((id) => story.ratings.get(id)?.slice(-1) ?? []);
  return [
    ...conversions.flatMap((id) => [
      ...clickOf(story, id),
      ...(story.conversions.get(id) ?? []).map((one) =>
        stepOf('conversion', one, one.event.data.conversionId, conversionSummary(one.event)),
      ),
    ]),
    ...ratings.map((one) =>
      stepOf(
        'rated',
        one,
        one.event.data.conversionId,
        `${one.event.data.outcome}${one.event.data.reason ? `: ${one.event.data.reason}` : ''}`,
      ),
    ),
    ...statementStep(story, entry.event),
    stepOf('entry', entry, entryId, entrySummary(story, data)),
    ...(story.decisions.get(entryId) ?? []).map((one) =>
      stepOf(
        'approval',
        one,
        one.event.data.approvalId,
        `${one.event.type.split('.')[2]} by ${one.event.data.decidedBy}: ${one.event.data.route}`,
      ),
    ),
    ...story.postings.filter(({ event }) => event.data.entryId === entryId).map(postingStep),
  ];
}

type Entry = NonNullable<ReturnType<Story['entries']['get']>>['event'];

/** An override, a share or a funding says whose conversion it goes back to. */
function entrySummary(story: Story, data: Entry['data']): string {
  const by = data.dealId === null ? data.dealAuthorId : `version ${data.dealVersion} of ${data.dealId}, ${data.engineVersion}`;
  const bringer = data.conversionId && attributionIn(story, data.conversionId)?.event.data.partnerId;
  const through = bringer && bringer !== data.partnerId ? `, for a conversion of ${bringer}` : '';
  return `${data.reason} of ${data.amount} ${data.currency} by ${by}${through}`;
}

/** The statement that an entry of a month was posted with, and how many events it sums up. */
function statementStep(story: Story, entry: Entry): TraceStep[] {
  const statement = statementBehind(story, entry);
  if (statement === undefined) return [];
  const { statementId, period, revision, total, currency } = statement.event.data;
  const events = eventsOfMonth(entry);
  const shown = events > shownOfMonth ? `, the first ${shownOfMonth} shown` : '';
  return [
    stepOf('statement', statement, statementId, `revision ${revision} of ${period}: ${total} ${currency} of ${events} events${shown}`),
  ];
}

const stepsOfPayout = (story: Story): TraceStep[] => [
  ...story.parts.map((one) =>
    stepOf(
      'payout-created',
      one,
      story.payoutId,
      `${one.event.data.amount} ${one.event.data.currency} in ${one.event.data.lines.length} lines`,
    ),
  ),
  ...(story.seal
    ? [
        stepOf(
          'run-sealed',
          story.seal,
          story.seal.event.data.runId,
          `built by ${story.seal.event.data.builtBy}, approved by ${story.seal.event.data.approvedBy}`,
        ),
      ]
    : []),
  ...(story.clearance
    ? [
        stepOf(
          'run-cleared',
          story.clearance,
          story.clearance.event.data.clearanceId,
          `content ${story.clearance.event.data.contentHash.slice(0, 12)}`,
        ),
      ]
    : []),
  ...story.steps.map((one) =>
    stepOf(
      `payout-${one.event.type.split('.')[2]}`,
      one,
      story.payoutId,
      `${one.event.data.amount} ${one.event.data.currency} by ${one.event.data.rail}, reference ${one.event.data.railReference ?? 'none'}`,
    ),
  ),
  ...story.postings.filter(({ event }) => event.data.payoutId === story.payoutId).map(postingStep),
  ...story.messages.map((one) => stepOf('message-sent', one, one.event.data.messageId, one.event.data.template)),
];

const postingStep = (one: Story['postings'][number]): TraceStep =>
  stepOf(
    'ledger-posting',
    one,
    one.event.data.transactionId,
    `${one.event.data.kind}${one.event.data.reason ? ` (${one.event.data.reason})` : ''}: ${one.event.data.legs.map((leg) => `${leg.account} ${leg.amount}`).join(', ')}`,
  );

const conversionSummary = ({
  type,
  data,
}: {
  type: string;
  data: { kind: string; amount: number | null; currency: string | null };
}): string =>
  `${data.kind} ${type.endsWith('attributed.v1') ? 'attributed later' : 'recorded'}${data.amount === null ? '' : `, ${data.amount} ${data.currency}`}`;

/** The click behind a conversion: it was never an event, the conversion that it led to names it. */
function clickOf(story: Story, conversionId: string): TraceStep[] {
  const decided = attributionIn(story, conversionId)?.event.data.attribution;
  if (!decided?.clickId || !decided.clickedAt) return [];
  const summary = decided.linkId ? `on link ${decided.linkId}` : 'on a link';
  return [
    {
      step: 'click',
      at: decided.clickedAt,
      id: decided.clickId,
      service: 'tracking',
      eventId: null,
      causationId: null,
      traceId: traceIdOf(decided.clickTraceparent),
      summary,
    },
  ];
}

const stepOf = (step: string, { event }: ArchivedEvent, id: string, summary: string): TraceStep => ({
  step,
  at: event.time,
  id,
  service: event.source.replace('/services/', ''),
  eventId: event.id,
  causationId: event.causationid ?? null,
  traceId: traceIdOf(event.traceparent),
  summary,
});

/** The trace id in a W3C traceparent. */
export const traceIdOf = (traceparent: string | null | undefined): string | null =>
  /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent ?? '')?.[1] ?? null;

/** A refund's original is behind both of their entries: told once. */
function withoutRepetition(steps: readonly TraceStep[]): TraceStep[] {
  const told = new Map<string, TraceStep>();
  for (const step of steps) if (!told.has(step.eventId ?? step.id)) told.set(step.eventId ?? step.id, step);
  return [...told.values()];
}
