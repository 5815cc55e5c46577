import { expect, test } from '@jest/globals';
import { type Books, judge } from './judge.js';

const ada = { partnerId: 'ptr_ada', brandId: 'brd_1' };
const move = (payoutId: string, amount: bigint) => ({ rail: 'stripe', payoutId, amount, currency: 'EUR' });
const payout = (id: string, amount: bigint, status: string) => ({
  ...ada,
  id,
  amount,
  currency: 'EUR',
  status,
  approvedBy: 'usr_f',
  clearedHash: 'hash',
});
const told = (payoutId: string, ...types: string[]) => types.map((type) => ({ payoutId, type, times: 1 }));

/** Two entries: the first was paid, came back and was paid again, after a rail had refused it once; the second is payable. */
const sound = (): Books => ({
  approved: [
    { ...ada, entryId: 'com_1', amount: 100n },
    { ...ada, entryId: 'com_2', amount: 7n },
  ],
  out: [move('pyt_2', 100n), move('pyt_3', 100n)],
  back: [move('pyt_2', 100n)],
  entries: [
    { ...ada, entryId: 'com_1', amount: 100n, bucket: 'paid', payoutId: 'pyt_3' },
    { ...ada, entryId: 'com_2', amount: 7n, bucket: 'payable', payoutId: null },
  ],
  payouts: [payout('pyt_1', 100n, 'failed'), payout('pyt_2', 100n, 'returned'), payout('pyt_3', 100n, 'settled')],
  lines: ['pyt_1', 'pyt_2', 'pyt_3'].map((payoutId) => ({ payoutId, entryId: 'com_1', amount: 100n, held: payoutId === 'pyt_3' })),
  paid: [{ ...ada, amount: 100n }],
  clearing: 0n,
  told: [...told('pyt_1', 'created', 'failed'), ...told('pyt_2', 'created', 'settled', 'returned'), ...told('pyt_3', 'created', 'settled')],
});

test('INV-R1 what is sound passes', () => {
  expect(judge(sound())).toEqual([]);
});

const wrongs: [string, (books: Books) => Books, RegExp][] = [
  ['paid twice', (b) => ({ ...b, out: [...b.out, move('pyt_3', 100n)] }), /the rail paid pyt_3 2 times/],
  ['never paid', (b) => ({ ...b, out: b.out.slice(0, 1) }), /pyt_3 is settled, and the rail paid it 0 times/],
  ['paid though released', (b) => ({ ...b, out: [...b.out, move('pyt_1', 100n)] }), /pyt_1 is failed, and the rail paid it 1 times/],
  ['another amount', (b) => ({ ...b, out: [move('pyt_2', 100n), move('pyt_3', 99n)] }), /another amount/],
  ['out of nowhere', (b) => ({ ...b, out: [...b.out, move('pyt_9', 1n)] }), /pyt_9, which nobody asked for/],
  ['back and not told', (b) => ({ ...b, back: [...b.back, move('pyt_3', 100n)] }), /took it back 1 times/],
  ['without outcome', (b) => ({ ...b, payouts: [payout('pyt_1', 100n, 'unknown'), ...b.payouts.slice(1)] }), /it has no outcome/],
  ['nobody approved the run', (b) => ({ ...b, payouts: b.payouts.map((each) => ({ ...each, approvedBy: null })) }), /without approval/],
  ['nothing cleared it', (b) => ({ ...b, payouts: b.payouts.map((each) => ({ ...each, clearedHash: null })) }), /without approval/],
  ['an entry lost', (b) => ({ ...b, entries: b.entries.slice(0, 1) }), /com_2 is lost/],
  ['an entry in no payout', (b) => ({ ...b, lines: b.lines.map((each) => ({ ...each, held: false })) }), /com_1 is paid and in no payout/],
  ['an entry in two payouts', (b) => ({ ...b, lines: b.lines.map((each) => ({ ...each, held: true })) }), /com_1 is in 3 payouts/],
  ['an entry that nobody approved', (b) => ({ ...b, approved: b.approved.slice(0, 1) }), /nobody approved com_2/],
  [
    'lines that sum to more',
    (b) => ({ ...b, lines: [...b.lines, { payoutId: 'pyt_3', entryId: 'com_2', amount: 7n, held: false }] }),
    /sum to 107/,
  ],
  ['the ledger says more', (b) => ({ ...b, paid: [{ ...ada, amount: 101n }] }), /the rails moved 100, the ledger says 101/],
  ['something is left with the rails', (b) => ({ ...b, clearing: -5n }), /-5 are with the rails/],
  ['told twice', (b) => ({ ...b, told: b.told.map((each) => ({ ...each, times: 2 })) }), /settled of pyt_3 was told 2 times/],
  ['not told', (b) => ({ ...b, told: b.told.filter(({ type }) => type !== 'returned') }), /returned of pyt_2 was told 0 times/],
];
test.each(wrongs)('the judge finds: %s', (_what, change, finding) => {
  expect(judge(change(sound()))).toEqual(expect.arrayContaining([expect.stringMatching(finding)]));
});
