import { toWireAmount } from '@tributary/money';
import { totalsOf } from '../domain/batch.js';
import type { BatchSummary, BatchWithRows } from './batch-store.js';

/** A batch as lists show it. */
export const batchSummary = ({ filter: _, decidedAt, totals, ...batch }: BatchSummary) => ({
  ...batch,
  decidedAt: decidedAt.toISOString(),
  totals: totals.map(({ currency, amount }) => ({ currency, amount: toWireAmount(amount) })),
});

/** A batch with what became of each approval: its figures are those of its rows. */
export function batchView({ rows, ...batch }: BatchWithRows) {
  const count = (wanted: (typeof rows)[number]['outcome']) => rows.filter(({ outcome }) => outcome === wanted).length;
  const figures = {
    asked: rows.length,
    decided: count('decided'),
    stagesPassed: count('stage-passed'),
    exceptions: count('exception'),
    totals: totalsOf(rows),
  };
  return {
    ...batchSummary({ ...batch, ...figures }),
    rows: rows.map(({ decisions: _, amount, ...row }) => ({ ...row, amount: amount === null ? null : toWireAmount(amount) })),
  };
}
