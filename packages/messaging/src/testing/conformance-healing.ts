import { expect, test } from '@jest/globals';
import type { Stage } from './conformance.js';
import { eventually } from './lab.js';

const sale = (subject: string) => ({ type: 'shop.sale.recorded.v1', subject, data: { amount: 1 } });
const sales = (from: number, count: number) => Array.from({ length: count }, (_, index) => sale(`s-${from + index}`));

/** What was confirmed and is missing all the same is found and sent again. */
export function healingCases(stage: Stage): void {
  test('a consumer that forgot everything since some moment gets it again (as after a restored backup)', async () => {
    const { shop, billing } = await stage.house();
    await shop.emit(...sales(0, 50));
    await eventually('all arrived', billing.effects, (seen) => seen.length === 50);
    await billing.database.pool.query('TRUNCATE effects, messaging.inbox, messaging.receipts');
    await eventually('all arrived again', billing.effects, (seen) => seen.length === 50, 40_000);
    expect(new Set((await billing.effects()).map((effect) => effect.subject)).size).toBe(50);
  }, 60_000);

  test('a single lost event among many is found by its second and sent again', async () => {
    const { shop, billing } = await stage.house();
    await shop.emit(...sales(0, 200));
    await eventually('all arrived', billing.effects, (seen) => seen.length === 200);
    await billing.messaging.drained();
    // As if one had never come: its inbox row, its effect and its share of the counts are gone.
    await billing.database.pool.query(`WITH lost AS (DELETE FROM effects WHERE subject = 's-77' RETURNING event_id),
      row AS (DELETE FROM messaging.inbox WHERE event_id IN (SELECT event_id FROM lost))
      UPDATE messaging.receipts r SET count = count - 1, hash = hash # messaging.event_hash(l.event_id) FROM lost l
      WHERE r.bucket = messaging.event_bucket(l.event_id) AND r.type = 'shop.sale.recorded.v1'
        AND r.ctid = (SELECT max(ctid) FROM messaging.receipts WHERE type = 'shop.sale.recorded.v1' AND bucket = messaging.event_bucket(l.event_id))`);
    await eventually('the lost one arrived', billing.effects, (seen) => seen.length === 200, 40_000);
    // The one, not the second or the bucket; on a slow machine it may be sent once more before it has arrived.
    const { resent } = await shop.messaging.reconcile();
    expect(resent).toBeGreaterThan(0);
    expect(resent).toBeLessThanOrEqual(3);
  }, 60_000);

  test('nothing is sent again while all is well, and equal buckets are remembered', async () => {
    const { shop, billing, stats } = await stage.house();
    await shop.emit(...sales(0, 20));
    await eventually('all arrived', billing.effects, (seen) => seen.length === 20);
    const compared = async () => {
      await billing.messaging.reconcile();
      await stats.messaging.reconcile();
      return shop.messaging.reconcile();
    };
    const report = await eventually('counts were compared', compared, (seen) => seen.compared > 6);
    expect(report).toMatchObject({ mismatches: 0, resent: 0 });
  });
}
