import { metrics } from '@opentelemetry/api';
import { timeOfId } from '@tributary/messaging';
import { type Database, everything } from '@tributary/service-kit';

interface Waiting {
  reason: string;
  count: number;
  oldestMessageId: string | null;
}

// Message ids begin with their time, so the smallest is the oldest.
const waiting = /* sql */ `
SELECT coalesce(reason, 'none') AS reason, count(*)::int AS count, min(message_id) AS "oldestMessageId"
FROM conversion WHERE rated_level = 0 AND level > 0 GROUP BY 1`;

/**
 * Gauges of conversions that have no rating yet: how many, and the age of the oldest in seconds, by the reason why they wait
 * (`brand-not-yet-known`, `original-unknown`). Both are 0 for a reason that nothing waits for any more.
 */
export function unratedGauges({ db }: { db: Database }): { measure(): Promise<void> } {
  const meter = metrics.getMeter('tributary.commission');
  const count = meter.createGauge('tributary_commission_unrated', { description: 'Conversions that wait to be rated' });
  const age = meter.createGauge('tributary_commission_unrated_oldest_age_seconds', {
    description: 'Age of the oldest conversion that waits to be rated',
  });
  const seen = new Set(['brand-not-yet-known', 'original-unknown']);
  return {
    async measure() {
      const { rows } = await db.tx(everything, (tx) => tx.query<Waiting>(waiting));
      const byReason = new Map(rows.map((row) => [row.reason, row]));
      for (const reason of byReason.keys()) seen.add(reason);
      for (const reason of seen) {
        const found = byReason.get(reason);
        const since = found?.oldestMessageId ? timeOfId(found.oldestMessageId).getTime() : Date.now();
        count.record(found?.count ?? 0, { reason });
        age.record(Math.max(0, Date.now() - since) / 1000, { reason });
      }
    },
  };
}
