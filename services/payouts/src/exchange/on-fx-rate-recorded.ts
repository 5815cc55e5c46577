import { type Consumer, type EventOf, rowsOf } from '@tributary/messaging';

const columns = { base: 'text', quote: 'text', date: 'date', source: 'text', rate: 'text', counts: 'boolean', recorded_at: 'timestamptz' };
const names = Object.keys(columns).join(', ');

/** Keeps rates as they are recorded; one of a pair, day and source is never changed. */
export const onFxRateRecorded: Consumer<EventOf<'commission.fx-rate.recorded.v1'>> = async (tx, events) => {
  const rates = events.flatMap(({ data: { rates: quoted, ...of } }) => quoted.map((one) => ({ ...of, ...one })));
  await tx.query(
    `INSERT INTO fx_rate (${names}) SELECT ${names} FROM ${rowsOf(columns)} told ON CONFLICT (base, quote, date, source) DO NOTHING`,
    [
      rates.map(({ base }) => base),
      rates.map(({ quote }) => quote),
      rates.map(({ date }) => date),
      rates.map(({ source }) => source),
      rates.map(({ rate }) => rate),
      rates.map(({ counts }) => counts),
      rates.map(({ recordedAt }) => recordedAt),
    ],
  );
};
