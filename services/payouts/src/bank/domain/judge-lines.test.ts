import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isUnsent, payoutStatuses } from '../../payouts/domain/payout-state.js';
import type { BankLine } from './bank-line.js';
import { judgeLines, type KnownPayout } from './judge-lines.js';

const payout = (index: number) =>
  fc.record({
    id: fc.constant(`p${index}`),
    status: fc.constantFrom(...payoutStatuses),
    amount: fc.bigInt(1n, 5n),
    currency: fc.constantFrom('EUR', 'USD'),
  });
const line: fc.Arbitrary<BankLine> = fc.record({
  number: fc.nat(),
  endToEndId: fc.option(fc.constantFrom('p0', 'p1', 'p2', 'p3', 'x')),
  fileId: fc.constant(null),
  direction: fc.constantFrom('out' as const, 'back' as const),
  amount: fc.option(fc.bigInt(1n, 5n)),
  currency: fc.constantFrom('EUR', 'USD'),
  outcome: fc.option(fc.constantFrom('submitted' as const, 'settled' as const, 'failed' as const, 'returned' as const)),
  booked: fc.boolean(),
  reference: fc.option(fc.constantFrom('r1', 'r2')),
  reason: fc.constant(null),
  bookedOn: fc.constant('2026-03-02'),
});
const known: fc.Arbitrary<KnownPayout[]> = fc.tuple(payout(0), payout(1), payout(2), payout(3));

test('FF5 each line is a report that fits its payout, or one finding: none is dropped, none is believed that does not fit', () => {
  fc.assert(
    fc.property(known, fc.array(line, { maxLength: 30 }), (payouts, lines) => {
      const byId = new Map(payouts.map((each) => [each.id, each]));
      const { reports, findings } = judgeLines(lines, byId);
      expect([...reports, ...findings].map((each) => each.line?.number).sort()).toEqual(lines.map(({ number }) => number).sort());
      for (const { payoutId, line: said, outcome } of reports) {
        const payout = byId.get(payoutId);
        expect([said.endToEndId, isUnsent(payout?.status), outcome]).toEqual([payoutId, false, said.outcome]);
        if (said.amount !== null) expect([said.amount, said.currency]).toEqual([payout?.amount, payout?.currency]);
      }
      for (const finding of findings) expect([finding.difference, finding.key === '']).toEqual([0n, false]);
    }),
    { numRuns: 500 },
  );
});
