import { canonicalJson } from '@tributary/contracts';
import { statedCircumstances } from '../circumstances.js';
import type { Archived } from '../format.js';
import { falseRates } from '../fx-rates.js';
import { foldBehind, hasOwnScope, type Story } from '../story.js';
import type { Check } from './context.js';

type Entry = Archived<'commission.entry.accrued.v1'>;

const places = 'meters are stated, not proved: recalculation proves them';
const histories = "places in customers' histories are stated, not proved: recalculation proves them";
const sums = 'sums that run over the life of a deal are stated without the conversion in hand, not proved: recalculation proves them';

/**
 * What was true of everybody concerned is what archived snapshots say, and rates are those recorded. What one conversion cannot prove is
 * noted: where it stands in its stream, and in its customer's history.
 */
export const checkCircumstances: Check = ({ story, againstKind, note }) => {
  for (const entry of story.entries.values()) {
    const { entryId } = entry.event.data;
    const inputs = foldBehind(entry.event)?.inputs;
    for (const { id, what, nothingKnown, agreeing } of statedCircumstances(story, entry.event)) {
      if (agreeing !== undefined) continue;
      if (nothingKnown) note(`of ${id} nothing was known, as stated`);
      else againstKind('qualification', `rests on other circumstances of ${id} than any snapshot here tells: ${what}`, entryId);
    }
    for (const what of [...flawsOfTouches(story, entry), ...falseRates(story, entry.event)]) againstKind('qualification', what, entryId);
    if (Object.keys(inputs?.streamed ?? {}).length > 0) note(places);
    if (inputs?.circumstances?.customer) note(histories);
    if (inputs !== undefined && !hasOwnScope(entry.event)) note(sums);
  }
};

/** Whose links the customer followed is what was decided on the conversion. */
function flawsOfTouches(story: Story, { event }: Entry): string[] {
  const { conversion, circumstances } = foldBehind(event)?.inputs ?? {};
  if (conversion === undefined || circumstances === undefined) return [];
  const stated = canonicalJson(circumstances.touches);
  const told = (story.conversions.get(conversion.conversionId) ?? []).map((one) =>
    (one.event.data.attribution?.touches ?? []).map(({ partnerId }) => partnerId),
  );
  // A later telling may leave them out.
  return [...told, []].some((touches) => canonicalJson(touches) === stated)
    ? []
    : [`rests on other touches than were decided on conversion ${conversion.conversionId}`];
}
