import { expect, test } from '@jest/globals';
import type { EventOf } from '@tributary/contracts';
import { ofDeal, ofDealStatus } from './standing.js';

const versioned = (version: number, status: string) => ofDeal({ data: { version, status } } as EventOf<'commission.deal.versioned.v1'>);
const changed = (version: number, status: string) =>
  ofDealStatus({ data: { version, status } } as EventOf<'commission.deal.status-changed.v1'>);

test('a deal stands as its last version that counts, else as its last draft and what became of it', () => {
  const inOrder = [
    versioned(1, 'draft'),
    changed(1, 'proposed'),
    changed(1, 'declined'),
    versioned(2, 'draft'),
    changed(2, 'accepted'),
    changed(2, 'active'),
    versioned(3, 'active'),
    versioned(4, 'ended'),
  ];
  const ranks = inOrder.map(({ version }) => version);
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  expect(new Set(ranks).size).toBe(ranks.length);
  expect(versioned(5, 'draft').version).toBeLessThan(versioned(1, 'active').version);
});
