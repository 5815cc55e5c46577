import { expect, test } from '@jest/globals';
import { type ClaimedPayout, findingsOf, type KnownEntry, type KnownPartner, RunCheck } from './check-run.js';

/** A run of one piece. */
function checkRun(
  payouts: readonly ClaimedPayout[],
  entries: ReadonlyMap<string, KnownEntry>,
  partners: ReadonlyMap<string, KnownPartner>,
) {
  const check = new RunCheck();
  check.add(findingsOf(payouts, entries, partners));
  const lines = payouts.flatMap((payout) => payout.lines);
  const keys = lines.map(({ entryId, amount }) => `${entryId} ${amount < 0n}`);
  check.add({ 'no-entry-twice': lines.flatMap(({ entryId }, index) => (keys.indexOf(keys[index] ?? '') < index ? [entryId] : [])) });
  return check.decision();
}

const payout = {
  payoutId: 'pyt_1',
  partnerId: 'ptr_1',
  amount: 900n,
  charges: 0n,
  currency: 'USD',
  exchange: null,
  lines: [
    { entryId: 'ent_1', amount: 1000n },
    { entryId: 'ent_2', amount: -100n },
  ],
};
const entries = new Map<string, KnownEntry>([
  ['ent_1', { partnerId: 'ptr_1', amount: 1000n, status: 'approved' }],
  ['ent_2', { partnerId: 'ptr_1', amount: -100n, status: 'approved' }],
]);
const partners = new Map<string, KnownPartner>([['ptr_1', { status: 'active', riskLevel: 'low' }]]);

test('a run whose every line is approved is cleared, and says what was checked', () => {
  const decision = checkRun([payout], entries, partners);
  expect(decision.cleared).toBe(true);
  expect(decision.checks.every((check) => check.outcome === 'passed')).toBe(true);
});
test('a line that funds a partner above nets in the payout, and both sides are cleared', () => {
  const above = { ...payout, payoutId: 'pyt_2', partnerId: 'ptr_2', amount: 100n, lines: [{ entryId: 'ent_3', amount: 100n }] };
  const known = new Map([...entries, ['ent_3', { partnerId: 'ptr_2', amount: 100n, status: 'approved' as const }]]);
  const both = new Map<string, KnownPartner>([...partners, ['ptr_2', { status: 'active', riskLevel: 'low' }]]);
  expect(checkRun([payout, above], known, both)).toMatchObject({ cleared: true });
});
test('O-08 what takes back an entry that was rejected after it had been paid is cleared, beside what is paid of it again; more than it paid is not', () => {
  const known = new Map<string, KnownEntry>([...entries, ['ent_9', { partnerId: 'ptr_1', amount: 300n, status: 'rejected' }]]);
  const taking = (amount: bigint) => ({ ...payout, amount: 900n + amount, lines: [...payout.lines, { entryId: 'ent_9', amount }] });
  expect(checkRun([taking(-300n)], known, partners)).toMatchObject({ cleared: true });
  expect(checkRun([taking(-301n)], known, partners)).toMatchObject({ cleared: false });
  expect(checkRun([taking(300n)], known, partners)).toMatchObject({ cleared: false, reason: 'every-line-approved' });
  const both = { ...payout, lines: [...payout.lines, { entryId: 'ent_1', amount: -1000n }], amount: -100n };
  expect(checkRun([both], entries, partners)).toMatchObject({ cleared: true });
  const twice = { ...taking(-300n), amount: 300n, lines: [...taking(-300n).lines, { entryId: 'ent_9', amount: -300n }] };
  expect(checkRun([twice], known, partners)).toMatchObject({ cleared: false, reason: 'no-entry-twice' });
});

/** Of 9.00 earned, 0.09 for the exchange. */
const exchange = {
  amount: 891,
  currency: 'USD',
  rate: '2000/2169',
  rateId: 'ecb:EUR/USD:2026-03-02',
  day: '2026-03-02',
  rates: [{ base: 'EUR', quote: 'USD', date: '2026-03-02', rate: '1.0845', source: 'ecb' }],
  rounding: 'half-even' as const,
  fee: 9,
  bearer: 'partner' as const,
};
const inEuros = { ...payout, amount: 822n, currency: 'EUR', charges: -9n, exchange };
test('O-16 a payout in another currency adds up in the one that was earned, and is exchanged at its rate', () => {
  expect(checkRun([inEuros], entries, partners)).toMatchObject({ cleared: true });
});
test.each([
  ['lines-add-up', { ...inEuros, charges: 0n }],
  ['lines-add-up', { ...inEuros, exchange: { ...exchange, amount: 892 } }],
  ['exchanges-at-their-rate', { ...inEuros, amount: 823n }],
  ['exchanges-at-their-rate', { ...inEuros, exchange: { ...exchange, rate: '1' } }],
  ['exchanges-at-their-rate', { ...inEuros, exchange: { ...exchange, rate: '1/0' } }],
  ['exchanges-at-their-rate', { ...inEuros, currency: 'USD' }],
  ['exchanges-at-their-rate', { ...inEuros, currency: 'ZZZ' }],
])('O-16 an exchange is not cleared by %s', (check, changed) => {
  expect(checkRun([changed], entries, partners)).toMatchObject({ cleared: false, reason: expect.stringContaining(check) });
});
test.each([
  ['every-line-approved', { entries: new Map([...entries, ['ent_2', { partnerId: 'ptr_1', amount: -100n, status: 'held' as const }]]) }],
  [
    'amounts-as-approved',
    { entries: new Map([...entries, ['ent_2', { partnerId: 'ptr_2', amount: -100n, status: 'approved' as const }]]) },
  ],
  ['lines-add-up', { payouts: [{ ...payout, amount: 901n }] }],
  ['lines-add-up', { payouts: [{ ...payout, charges: -1n }] }],
  ['no-entry-twice', { payouts: [payout, { ...payout, payoutId: 'pyt_2' }] }],
  ['partners-active', { partners: new Map<string, KnownPartner>([['ptr_1', { status: 'suspended', riskLevel: 'low' }]]) }],
  ['no-high-risk', { partners: new Map<string, KnownPartner>([['ptr_1', { status: 'active', riskLevel: 'high' }]]) }],
])('%s refuses the run', (reason, change) => {
  const facts = { payouts: [payout], entries, partners, ...change };
  expect(checkRun(facts.payouts, facts.entries, facts.partners)).toMatchObject({ cleared: false, reason });
});

test('what is wrong in one piece of a run refuses all of it, and is counted over all pieces', () => {
  const check = new RunCheck();
  check.add(findingsOf([payout], entries, partners));
  check.add(findingsOf([payout], entries, new Map()));
  check.add(findingsOf([payout], entries, new Map()));
  expect(check.decision()).toMatchObject({ cleared: false, reason: 'partners-active', entryIds: ['ent_1', 'ent_2'] });
  expect(check.decision().checks).toContainEqual({ check: 'partners-active', outcome: 'failed for 4 lines' });
});

test('charges are part of the sum; a line that nobody knows, or of another amount, is named once, with every check that it fails', () => {
  expect(checkRun([{ ...payout, amount: 890n, charges: -10n }], entries, partners)).toMatchObject({ cleared: true });
  const stranger = { ...payout, lines: [{ entryId: 'ent_9', amount: 900n }] };
  expect(checkRun([stranger], entries, new Map())).toEqual({
    cleared: false,
    reason: 'every-line-approved, amounts-as-approved, partners-active',
    entryIds: ['ent_9'],
    checks: [
      { check: 'lines-add-up', outcome: 'passed' },
      { check: 'exchanges-at-their-rate', outcome: 'passed' },
      { check: 'every-line-approved', outcome: 'failed for 1 lines' },
      { check: 'amounts-as-approved', outcome: 'failed for 1 lines' },
      { check: 'no-entry-twice', outcome: 'passed' },
      { check: 'partners-active', outcome: 'failed for 1 lines' },
      { check: 'no-high-risk', outcome: 'passed' },
    ],
  });
  const less = { ...payout, amount: 899n, lines: [{ entryId: 'ent_1', amount: 899n }] };
  expect(checkRun([less], entries, partners)).toMatchObject({ reason: 'amounts-as-approved', entryIds: ['ent_1'] });
});

test('each line of what does not add up, or is exchanged at another rate, is named', () => {
  expect(checkRun([{ ...payout, amount: 901n }], entries, partners)).toMatchObject({ entryIds: ['ent_1', 'ent_2'] });
  const { checks, ...decision } = checkRun([{ ...inEuros, amount: 823n }], entries, partners);
  expect(decision).toMatchObject({ reason: 'exchanges-at-their-rate', entryIds: ['ent_1', 'ent_2'] });
  expect(checks).toContainEqual({ check: 'exchanges-at-their-rate', outcome: 'failed for 2 lines' });
});

test('a line of nothing takes nothing back: it is approved like any other', () => {
  const known = new Map<string, KnownEntry>([...entries, ['ent_9', { partnerId: 'ptr_1', amount: 300n, status: 'rejected' }]]);
  const nothing = { ...payout, lines: [...payout.lines, { entryId: 'ent_9', amount: 0n }] };
  expect(checkRun([nothing], known, partners)).toMatchObject({ reason: 'every-line-approved, amounts-as-approved', entryIds: ['ent_9'] });
});

test('a refusal names 5,000 entries at most, and counts all', () => {
  const check = new RunCheck();
  check.add({ 'partners-active': Array.from({ length: 5001 }, (_, index) => `ent_${index}`) });
  const decision = check.decision();
  expect('entryIds' in decision && decision.entryIds.length).toBe(5000);
  expect(decision.checks).toContainEqual({ check: 'partners-active', outcome: 'failed for 5001 lines' });
});

test('what goes wrong beside money is no wrong rate', () => {
  const broken = { ...inEuros, exchange: { ...exchange, rate: Symbol('rate') as never } };
  expect(() => checkRun([broken], entries, partners)).toThrow(TypeError);
});
