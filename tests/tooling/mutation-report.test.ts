import { expect, test } from '@jest/globals';
import { judge, page, reasonsOf, summarise } from '../../scripts/lib/mutation-report.mjs';

const file = 'packages/money/src/a.ts';
const mutant = (status: string, line: number, from: number, to: number, replacement: string) => ({
  status,
  mutatorName: 'EqualityOperator',
  replacement,
  location: { start: { line, column: from }, end: { line, column: to } },
});
const report = {
  files: {
    [file]: {
      source: 'const a = x < 0n;\nconst b = y > 1;\n',
      mutants: [
        mutant('Killed', 1, 11, 17, 'x >= 0n'),
        mutant('Timeout', 1, 11, 17, 'true'),
        mutant('Survived', 2, 11, 16, 'y >= 1'),
        mutant('NoCoverage', 1, 11, 17, 'x <= 0n'),
        mutant('RuntimeError', 1, 11, 17, 'false'),
      ],
    },
  },
};
const survivor = { file, mutator: 'EqualityOperator', code: 'y > 1', becomes: 'y >= 1' };

test('a mutant that no test noticed or reached survives; one that broke the program is not counted', () => {
  const { score, detected, survivors } = summarise('money', report);
  expect([score, detected]).toEqual([50, 2]);
  expect(survivors).toEqual([
    { ...survivor, line: 1, code: 'x < 0n', becomes: 'x <= 0n' },
    { ...survivor, line: 2 },
  ]);
});

test('a survivor without a reason is told, and so is a reason without a survivor; a line that moves changes nothing', () => {
  const { survivors } = summarise('money', report);
  const stale = { ...survivor, code: 'z', reason: 'gone' };
  const { unexplained, stale: found } = judge(survivors, [{ ...survivor, reason: 'y is never 1' }, stale]);
  expect(unexplained.map(({ becomes }) => becomes)).toEqual(['x <= 0n']);
  expect(found).toEqual([stale]);
  expect(judge(survivors, [{ ...survivor, reason: ' ' }]).unexplained).toHaveLength(2);
});

test('the page has the score of each package and the reason of each survivor', () => {
  const text = page([summarise('money', report)], [{ ...survivor, reason: 'y is never 1' }], ['engine']);
  expect(text).toContain('| engine | no run yet | | |');
  expect(text).toContain('| money | 50.0 % | 2 | 2 |');
  expect(text).toContain('- `a.ts:2` `y > 1` as `y >= 1`: y is never 1');
  expect(text).toContain('**no reason yet**');
});

test('a package of several folders tells the score of each', () => {
  const [one] = Object.values(report.files);
  const files = { 'packages/engine/src/a.ts': one!, 'packages/engine/src/engine-1/b.ts': { ...one!, mutants: one!.mutants.slice(0, 2) } };
  const summary = summarise('engine', { files });
  expect(summary.folders).toEqual([
    { folder: 'src', detected: 2, survived: 2, score: 50 },
    { folder: 'src/engine-1', detected: 2, survived: 0, score: 100 },
  ]);
  expect(summarise('money', report).folders).toEqual([]);
  expect(page([summary], [])).toContain('| engine: src/engine-1 | 100.0 % | 2 | 0 |');
});

test('survivors of one file may share a reason', () => {
  const shared = { file, reason: 'y is never 1', mutants: [['EqualityOperator', 'y > 1', 'y >= 1'] as const] };
  expect(reasonsOf([shared, { ...survivor, reason: 'the same' }])).toEqual([
    { ...survivor, reason: 'y is never 1' },
    { ...survivor, reason: 'the same' },
  ]);
});
