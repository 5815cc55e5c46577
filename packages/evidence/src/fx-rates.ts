import type { EventOf } from '@tributary/contracts';
import { type FxRate, rateOn } from '@tributary/engine';
import { convert, toFraction } from '@tributary/money';
import { monthBehind } from './behind.js';
import { foldBehind, type Story } from './story.js';

type Entry = EventOf<'commission.entry.accrued.v1'>;
type RateEvent = Story['rates'][number];

/** Every rate that counts of those recorded in a story. */
export const recordedRates = (story: Story): FxRate[] =>
  story.rates.flatMap(({ event: { data } }) => {
    const { base, date, source, recordedAt } = data;
    return data.rates.flatMap(({ quote, rate, counts }) => (counts ? [{ base, quote, date, rate, source, recordedAt }] : []));
  });

/** The events that recorded the rates behind an entry, and which rates nobody has recorded. */
export function ratesBehind(story: Story, entry: Entry): { found: RateEvent[]; missing: string[] } {
  const recorded = recordedRates(story);
  const ofMonth = (monthBehind(entry)?.fold.rates ?? []).map(({ from, to, date }) => ({
    name: `${from} in ${to} on ${date}`,
    path: rateOn(recorded, from, to, date)?.path ?? null,
  }));
  const ofConversion = (foldBehind(entry)?.inputs.circumstances?.rates ?? []).map((one) => ({
    name: `${one.base} on ${one.date} by ${one.source}`,
    path: [one],
  }));
  const missing: string[] = [];
  const found = [...ofConversion, ...ofMonth].flatMap(({ name, path }) => {
    const events = path?.map((one) => eventOf(story, one));
    if (events === undefined || events.includes(undefined)) missing.push(`rate of ${name}`);
    return events?.flatMap((event) => event ?? []) ?? [];
  });
  return { found, missing };
}

const eventOf = ({ rates }: Story, { base, date, source, quote }: FxRate): RateEvent | undefined => {
  const ofDay = rates.filter(({ event: { data } }) => data.base === base && data.date === date && data.source === source);
  return ofDay.find(({ event: { data } }) => data.rates.some((one) => one.quote === quote)) ?? ofDay[0];
};

/** The rates that an entry says it used and that were recorded otherwise, in words. */
export function falseRates(story: Story, entry: Entry): string[] {
  const recorded = recordedRates(story);
  const known = new Set(recorded.map(keyOf));
  const ofConversion = (foldBehind(entry)?.inputs.circumstances?.rates ?? []).flatMap((one) =>
    known.has(keyOf(one)) ? [] : [`the rate ${one.base}/${one.quote} ${one.rate} of ${one.date} is not what ${one.source} recorded`],
  );
  const ofMonth = (monthBehind(entry)?.fold.rates ?? []).flatMap(({ from, to, date, rate }) => {
    const found = rateOn(recorded, from, to, date);
    const minor = found && toFraction(convert(1n, from, to, found.rate));
    return minor === rate ? [] : [`the rate ${rate} of ${from} in ${to} on ${date} is not what was recorded (${minor})`];
  });
  return [...ofConversion, ...ofMonth];
}

const keyOf = ({ base, quote, date, rate, source, recordedAt }: FxRate): string =>
  [base, quote, date, rate, source, Date.parse(recordedAt)].join(' ');
