import { expect, test } from '@jest/globals';
import { checkRun, type KnownEntry, type KnownPartner } from './check-run.js';

const payout = {
  payoutId: 'pyt_1',
  partnerId: 'ptr_1',
  amount: 900n,
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
  const above = { payoutId: 'pyt_2', partnerId: 'ptr_2', amount: 100n, lines: [{ entryId: 'ent_3', amount: 100n }] };
  const known = new Map([...entries, ['ent_3', { partnerId: 'ptr_2', amount: 100n, status: 'approved' as const }]]);
  const both = new Map<string, KnownPartner>([...partners, ['ptr_2', { status: 'active', riskLevel: 'low' }]]);
  expect(checkRun([payout, above], known, both)).toMatchObject({ cleared: true });
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

test('charges are part of the sum; a line that nobody knows, or of another amount, is named once, with every check that it fails', () => {
  expect(checkRun([{ ...payout, amount: 890n, charges: -10n }], entries, partners)).toMatchObject({ cleared: true });
  const stranger = { ...payout, lines: [{ entryId: 'ent_9', amount: 900n }] };
  expect(checkRun([stranger], entries, new Map())).toEqual({
    cleared: false,
    reason: 'every-line-approved, amounts-as-approved, partners-active',
    entryIds: ['ent_9'],
    checks: [
      { check: 'lines-add-up', outcome: 'passed' },
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
