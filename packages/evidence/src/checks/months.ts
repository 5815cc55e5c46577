import { canonicalJson } from '@tributary/contracts';
import { type MonthOfPosting, recomputePosting } from '@tributary/engine';
import { monthBehind } from '../behind.js';
import type { Archived } from '../format.js';
import { eventsOfMonth, mostMonthEvents, placesOf } from '../month-events.js';
import { sumsDiffer } from '../month-sums.js';
import { flawsOfStatement, statementBehind } from '../statements.js';
import { type Conversion, dealKey, explanationOf, type Story } from '../story.js';
import type { Check, Context } from './context.js';

type Entry = Archived<'commission.entry.accrued.v1'>['event'];

/** What was rated by the month: whose it is, the terms, the statement that says it, and the events that its sums were made of. */
export const checkMonths: Check = (context) => {
  const { story, against, againstKind, note } = context;
  for (const statement of [...story.statements.values()].flat())
    for (const what of flawsOfStatement(statement.event.data)) against(statement, what);
  for (const { event } of story.entries.values()) {
    const month = monthBehind(event);
    if (month === null) continue;
    const { entryId } = event.data;
    for (const what of [...flawsOfPlace(month, event), ...flawsOfVersions(story, month)]) againstKind('qualification', what, entryId);
    checkStatement(context, event);
    checkSums(context, event);
    const { opening, otherEarnings, period } = month.fold.inputs;
    if (Object.keys(opening.components).length > 0)
      note(`the state with which ${period} opened is stated, not proved: the statement of the month before shows it`);
    if (Object.keys(otherEarnings).length > 0)
      note(`what else the deal earned in ${period} is stated, not proved: recalculation proves it`);
  }
};

/** The entry is of the partner, deal and component that the month was folded for. */
function flawsOfPlace({ component, fold }: MonthOfPosting, { data }: Entry): string[] {
  const { inputs, engineVersion } = fold;
  const flaws: string[] = [];
  const scope = ['month', inputs.dealId, component, inputs.period, data.currency].map(encodeURIComponent).join('/');
  if (scope !== data.scope || component !== data.component) flaws.push(`explains scope ${scope}, and the entry posts to ${data.scope}`);
  if (inputs.partnerId !== data.partnerId || inputs.brandId !== data.brandId || inputs.dealId !== data.dealId)
    flaws.push(`is the month of ${inputs.partnerId} by ${inputs.dealId}, and the entry is of ${data.partnerId} by ${data.dealId}`);
  if (data.conversionId !== null) flaws.push('is of a month, and the entry of one conversion');
  if (engineVersion !== data.engineVersion) flaws.push(`was made by ${engineVersion}, and the entry names ${data.engineVersion}`);
  return flaws;
}

/** The versions in force are what was recorded of them, none before it begins. */
function flawsOfVersions(story: Story, { fold: { inputs } }: MonthOfPosting): string[] {
  return inputs.versions.flatMap(({ version, from, terms }) => {
    const told = story.deals.get(dealKey(inputs.dealId, version))?.event.data;
    const same =
      told !== undefined &&
      canonicalJson(told.terms) === canonicalJson(terms) &&
      told.partnerId === inputs.partnerId &&
      told.brandId === inputs.brandId &&
      Date.parse(from) >= Date.parse(told.effectiveFrom);
    return same ? [] : [`version ${version} of deal ${inputs.dealId} is not what was recorded of it`];
  });
}

/** Some revision of its statement says of the component what the entry was worked out to. */
function checkStatement({ story, against, againstKind }: Context, event: Entry): void {
  if (statementBehind(story, event) !== undefined) return;
  const { entryId, statementId, component } = event.data;
  const last = story.statements.get(statementId ?? '')?.at(-1);
  // What does not follow from its own inputs has been named already: then the statement is not to blame.
  if (last && recomputePosting(explanationOf(event)).agrees)
    against(last, `does not say of ${component} what entry ${entryId} was worked out to`);
  else if (last) againstKind('qualification', `is not what statement ${statementId} says of ${component}`, entryId);
}

/** The sums are those of the events listed, each of them told and the month's. */
function checkSums({ story, archived, records, againstKind, note }: Context, event: Entry): void {
  const { entryId, statementId } = event.data;
  const stated = eventsOfMonth(event);
  if (stated > mostMonthEvents) {
    note(`the sums of ${stated} events are stated, not proved: statement ${statementId} stands for them, recalculation proves them`);
    return;
  }
  const record = records.find(({ kind, body }) => kind === 'month-events' && (body as Listed).entryId === entryId)?.body as
    | Listed
    | undefined;
  const told = new Map(archived.map((one) => [one.event.id, one.event]));
  const events = (record?.events ?? []).map((id) => told.get(id) as Archived<Conversion>['event'] | undefined);
  if (record === undefined && stated > 0) againstKind('header', `the evidence lacks the events of the month of entry ${entryId}`);
  else if (events.some((one) => one === undefined || !one.type.startsWith('tracking.conversion.')))
    againstKind('month-events', 'names an event that is not here', entryId);
  else {
    const data = events.flatMap((one) => one?.data ?? []);
    const [difference = null] = placesOf(story, event)
      .map((place) => sumsDiffer(place, data))
      .sort((a, b) => (a === null ? -1 : b === null ? 1 : 0));
    if (difference !== null) againstKind('qualification', difference, entryId);
  }
}

interface Listed {
  entryId: string;
  events: string[];
}
