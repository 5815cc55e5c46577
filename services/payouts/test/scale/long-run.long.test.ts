import { expect, test } from '@jest/globals';
import { type LongRun, longRun } from './long-run.js';

const payees = Number(process.env['TRIBUTARY_SCALE'] ?? 100_000);
const entriesEach = Number(process.env['TRIBUTARY_SCALE_ENTRIES'] ?? 20);

function told(count: number, run: LongRun): void {
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const { build, approve, submit, download } = run.megabytes;
  process.stdout.write(
    `${count} payees: built in ${seconds(run.buildMs)} s, ${(run.buildMs / run.statementMs).toFixed(1)} times the statement (${seconds(run.statementMs)} s; ` +
      `only adding up ${seconds(run.sumsMs)} s), approved in ${seconds(run.approveMs)} s, sent in ${seconds(run.submitMs)} s, read ${Math.round(run.fileBytes / 2 ** 20)} MB ` +
      `in ${seconds(run.downloadMs)} s; resident at most ${build}, ${approve}, ${submit} and ${download} MB\n`,
  );
}

test(`a run of ${payees} payees takes at most ten times one statement, and no more memory than one of a tenth of them`, async () => {
  const small = await longRun(payees / 10, entriesEach);
  told(payees / 10, small);
  const large = await longRun(payees, entriesEach);
  told(payees, large);
  expect(large.buildMs / large.statementMs).toBeLessThanOrEqual(10);
  const most = (run: LongRun) => Math.max(...Object.values(run.megabytes));
  expect(most(large)).toBeLessThanOrEqual(512);
  expect(most(large) - most(small)).toBeLessThanOrEqual(64);
});
