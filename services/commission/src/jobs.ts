import { everything, type Job } from '@tributary/service-kit';
import { ensurePartitions } from './accrual/journal-store.js';
import { type RateAgainParts, rateAgainJob } from './accrual/rate-again.js';
import { unratedGauges } from './accrual/unrated-gauges.js';
import { type RehearseParts, rehearseJob } from './rehearsals/rehearse-job.js';
import { closeMonthsJob } from './statements/close-months.js';

/** Everything commission does by the clock or later. */
export const jobs = (parts: RateAgainParts & RehearseParts): Job[] => [
  rateAgainJob(parts),
  closeMonthsJob(parts),
  rehearseJob(parts),
  {
    name: 'make-partitions',
    schedule: '17 3 * * *',
    onClock: true,
    run: (_data, { now }) => parts.db.tx(everything, (tx) => ensurePartitions(tx, now)),
  },
  measuring(parts),
];

function measuring(parts: Pick<RehearseParts, 'db'>): Job {
  const gauges = unratedGauges(parts);
  return { name: 'measure-unrated', everySeconds: 60, onClock: true, run: () => gauges.measure() };
}
