import { expect, test } from '@jest/globals';
import { decideRates, type ReportedRate, type StoredRate } from './decide-rates.js';

const at = '2026-03-05T16:00:00.000Z';
const reported = (fields: Partial<ReportedRate> = {}): ReportedRate => ({
  base: 'EUR',
  quote: 'USD',
  date: '2026-03-05',
  rate: '1.0845',
  source: 'ecb',
  ...fields,
});
const stored = (fields: Partial<StoredRate> = {}): StoredRate => ({
  ...reported(),
  recordedAt: '2026-03-05T15:00:00.000Z',
  counts: true,
  ...fields,
});
const outcomes = (given: readonly ReportedRate[], kept: readonly StoredRate[] = []) =>
  decideRates(given, kept, at).map((one) => (one.outcome === 'rejected' ? one.code : `${one.outcome} ${one.rate.counts}`));

test('M-28 a new rate is recorded exactly, and the first of its pair and day counts', () => {
  expect(decideRates([reported({ rate: '01.08450' })], [], at)).toEqual([
    { outcome: 'recorded', rate: { ...reported(), recordedAt: at, counts: true } },
  ]);
  expect(outcomes([reported(), reported({ source: 'bank', rate: '1.1' }), reported({ quote: 'GBP' })])).toEqual([
    'recorded true',
    'recorded false',
    'recorded true',
  ]);
  expect(outcomes([reported({ source: 'bank' })], [stored()])).toEqual(['recorded false']);
  expect(outcomes([reported({ date: '2026-03-06' })], [stored()])).toEqual(['recorded true']);
});

test('M-28 the same again is known, however it is written; another value of the same source is refused', () => {
  expect(decideRates([reported({ rate: '1.08450' })], [stored()], at)).toEqual([{ outcome: 'known', rate: stored() }]);
  expect(outcomes([reported({ rate: '1.0846' })], [stored()])).toEqual(['fx-rate-differs']);
  expect(outcomes([reported(), reported(), reported({ rate: '2' })])).toEqual(['recorded true', 'known true', 'fx-rate-differs']);
});

test('a pair of one currency, or of one that is not ISO 4217, is refused', () => {
  expect(outcomes([reported({ quote: 'EUR' }), reported({ quote: 'EEK' }), reported({ base: 'ABC' })])).toEqual([
    'fx-pair-invalid',
    'currency-unknown',
    'currency-unknown',
  ]);
});
