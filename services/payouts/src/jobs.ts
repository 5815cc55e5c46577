import type { Job } from '@tributary/service-kit';
import { answerErasures } from './erasure/answer-erasures.js';
import { forgetRetained } from './erasure/forget-retained.js';
import { moneyGauges } from './metrics.js';
import type { Parts } from './parts.js';
import { followUp } from './payouts/follow-up.js';
import { resumeRuns, submitPayouts } from './payouts/submit-payouts.js';
import { askForReversals } from './receivables/payout-reversals.js';
import { compareWithRails } from './recovery/compare-with-rails.js';
import { buildScheduled } from './schedules/build-scheduled.js';
import { matureEntries } from './shared/mature-entries.js';
import { issueStatements } from './statements/issue-months.js';

export const jobs = (parts: Parts): Job[] => [
  { name: 'mature-entries', everySeconds: 60, onClock: true, run: (_data, { now }) => matureEntries(parts)(now) },
  { name: 'build-scheduled-runs', everySeconds: 60, onClock: true, run: (_data, { now }) => buildScheduled(parts)(now) },
  { name: 'issue-statements', everySeconds: 3600, onClock: true, run: (_data, { now }) => issueStatements(parts)(now) },
  { name: 'submit-run', run: (data, { now }) => submitPayouts(parts, String(data['runId']), now) },
  { name: 'follow-up-payouts', everySeconds: 1, onClock: true, run: (_data, { now }) => followUp(parts, now) },
  { name: 'ask-for-reversals', everySeconds: 60, onClock: true, run: (_data, { now }) => askForReversals(parts, now) },
  { name: 'resume-runs', everySeconds: 60, onClock: true, run: (_data, { now }) => resumeRuns(parts, now) },
  { name: 'compare-with-rails', everySeconds: 5, onClock: true, run: (_data, { now }) => compareWithRails(parts, now) },
  { name: 'answer-erasures', everySeconds: 5, onClock: true, run: (_data, { now }) => answerErasures(parts)(now) },
  { name: 'forget-retained', everySeconds: 3600, onClock: true, run: (_data, { now }) => forgetRetained(parts)(now) },
  measuring(parts),
];

function measuring(parts: Parts): Job {
  const gauges = moneyGauges(parts);
  return { name: 'measure-money', everySeconds: 60, onClock: true, run: async () => void (await gauges.measure()) };
}
