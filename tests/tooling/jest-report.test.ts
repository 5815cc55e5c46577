import { expect, test } from '@jest/globals';
import { countTests } from '../../scripts/lib/jest-report.mjs';

const suite = (name: string, statuses: string[], status = 'passed') => ({
  name: `/repo/${name}`,
  status,
  startTime: 1_000,
  endTime: 3_000,
  assertionResults: statuses.map((each, n) => ({ status: each, fullName: `test ${n}` })),
});

test('passed and failed tests are counted from the run', () => {
  const counts = countTests(
    { testResults: [suite('packages/a/src/x.test.ts', ['passed', 'failed']), suite('packages/b/y.test.ts', ['passed'])] },
    '/repo',
  );
  expect(counts).toMatchObject({ passed: 2, failed: 1 });
  expect(counts.byWorkspace.get('packages/a')).toEqual({ files: 1, passed: 1, failed: 1, skipped: 0, seconds: 2 });
});

test('a suite that did not run is a failure', () => {
  const counts = countTests(
    { testResults: [suite('packages/a/x.test.ts', [], 'failed'), suite('packages/a/y.test.ts', ['passed'])] },
    '/repo',
  );
  expect(counts).toMatchObject({ passed: 1, failed: 1, suitesThatDidNotRun: ['packages/a/x.test.ts'] });
});

test('no test at all is a failure, and so is a run that wrote nothing', () => {
  expect(countTests({ testResults: [] }, '/repo')).toMatchObject({ passed: 0, failed: 1 });
  expect(countTests(undefined, '/repo')).toMatchObject({ passed: 0, failed: 1 });
  expect(countTests({ testResults: [suite('a/b/c.test.ts', ['pending'])] }, '/repo')).toMatchObject({ passed: 0, failed: 1 });
});

test('skipped tests are neither passed nor failed, and are named', () => {
  const counts = countTests({ testResults: [suite('packages/a/x.test.ts', ['pending', 'todo', 'passed'])] }, '/repo');
  expect(counts).toMatchObject({ passed: 1, failed: 0, skipped: [{ file: 'packages/a/x.test.ts', title: 'test 0' }, { title: 'test 1' }] });
});
