// Reads what Jest wrote with --json: the counts that `npm test` ends with.

import path from 'node:path';

/**
 * Counts one run. A suite that did not run counts as one failure; a run without any test is a failure too.
 * @param {object | undefined} report Jest's JSON; undefined when Jest ended before it wrote any
 * @returns {{ passed: number, failed: number, suitesThatDidNotRun: string[], skipped: { file: string, title: string }[], byWorkspace: Map<string, object> }}
 */
export function countTests(report, root) {
  const counts = { passed: 0, failed: 0, suitesThatDidNotRun: [], skipped: [], byWorkspace: new Map() };
  for (const suite of report?.testResults ?? []) {
    const file = path.relative(root, suite.name);
    const row = workspaceRow(counts.byWorkspace, file);
    row.seconds += (suite.endTime - suite.startTime) / 1000 || 0;
    row.files += 1;
    if (suite.assertionResults.length === 0 && suite.status === 'failed') {
      counts.suitesThatDidNotRun.push(file);
      row.failed += 1;
    }
    for (const test of suite.assertionResults) countOne(counts, row, file, test);
  }
  counts.failed += counts.suitesThatDidNotRun.length;
  if (counts.passed + counts.failed === 0) counts.failed = 1;
  return counts;
}

function workspaceRow(rows, file) {
  const name = file
    .split('/')
    .slice(0, file.startsWith('tools/') ? 1 : 2)
    .join('/');
  if (!rows.has(name)) rows.set(name, { files: 0, passed: 0, failed: 0, skipped: 0, seconds: 0 });
  return rows.get(name);
}

function countOne(counts, row, file, { status, fullName }) {
  if (status === 'passed' || status === 'failed') {
    counts[status] += 1;
    row[status] += 1;
  } else {
    counts.skipped.push({ file, title: fullName });
    row.skipped += 1;
  }
}

/** One line per workspace: files, passed, failed, skipped, seconds. */
export function table(byWorkspace) {
  const cells = [...byWorkspace]
    .sort()
    .map(([name, row]) => [name, row.files, row.passed, row.failed, row.skipped, `${row.seconds.toFixed(1)} s`]);
  const rows = [['', 'files', 'passed', 'failed', 'skipped', 'time'], ...cells].map((row) => row.map(String));
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '))
    .join('\n');
}
