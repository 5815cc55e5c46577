import type { Job } from '@tributary/service-kit';
import { takeClickEvents } from './clicks/click-events.js';
import { countClicks } from './clicks/count-clicks.js';
import { attributeWaiting } from './conversions/attribute-waiting.js';
import { dueConversions } from './conversions/awaited-store.js';
import { countOutcomes } from './conversions/intake-meter.js';
import type { Reattribution } from './conversions/reattribute.js';
import { recordClicks } from './conversions/record-clicks.js';
import { recordEnrollments } from './conversions/record-enrollments.js';
import { takeEnrollmentEvents } from './enrollments/enrollment-events.js';
import { hotTx } from './shared/hot-tx.js';
import { reattributeJob, type Tracking } from './tracking.js';

const monthsAhead = 3;
const dueMost = 500;

export const jobs = ({ kit, hotPool, clicks, reattribute }: Tracking): Job[] => [
  {
    name: 'count-clicks',
    everySeconds: 5,
    onClock: true,
    async run() {
      await clicks.drain();
      while (await hotTx(hotPool, (tx) => countClicks(tx, kit.outbox)));
      kit.messaging.wake();
    },
  },
  {
    name: 'make-click-events',
    everySeconds: 5,
    onClock: true,
    async run(_data, { now }) {
      for (let more = true; more; ) {
        const made = await hotTx(hotPool, (tx) => takeClickEvents(tx, (due) => recordClicks(tx, kit.outbox, kit.keys.hmac, due, now)));
        countOutcomes('click', made.outcomes);
        if (made.outcomes.length > 0) kit.messaging.wake();
        more = made.more;
      }
    },
  },
  {
    name: 'make-enrollment-events',
    everySeconds: 5,
    onClock: true,
    async run(_data, { now }) {
      for (let more = true; more; ) {
        const made = await hotTx(hotPool, (tx) =>
          takeEnrollmentEvents(tx, (due) => recordEnrollments(tx, kit.outbox, kit.keys.hmac, due, now)),
        );
        countOutcomes('enrollment', made.outcomes);
        if (made.outcomes.length > 0) kit.messaging.wake();
        more = made.more;
      }
    },
  },
  {
    name: 'attribute-waiting',
    everySeconds: 2,
    onClock: true,
    async run(_data, { now }) {
      const attributed = await hotTx(hotPool, async (tx) => attributeWaiting(tx, kit.outbox, await dueConversions(tx, dueMost), now));
      if (attributed > 0) kit.messaging.wake();
    },
  },
  {
    // Enqueued by a reassignment, for what is too many for a request, and for what an intake under way may have written past it.
    name: reattributeJob,
    async run(data, { now }) {
      const { changed } = await hotTx(hotPool, (tx) => reattribute(tx, data as unknown as Reattribution, now));
      if (changed > 0) kit.messaging.wake();
    },
  },
  {
    name: 'make-partitions',
    schedule: '17 3 * * *',
    // By the wall clock, as the ids are.
    run: async () => void (await kit.db.pool.query('SELECT make_partitions(now(), $1)', [monthsAhead])),
  },
];
