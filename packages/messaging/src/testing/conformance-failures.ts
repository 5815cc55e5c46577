import { expect, test } from '@jest/globals';
import { EventRefused, NotYet, PermanentError } from '../errors.js';
import type { Consumer } from '../ports.js';
import type { Stage } from './conformance.js';
import { eventually, recordEffects, scriptedConsumer } from './lab.js';

const saleType = 'shop.sale.recorded.v1';
const sale = (subject: string, amount = 1) => ({ type: saleType, subject, data: { amount } });
const sales = (count: number) => Array.from({ length: count }, (_, index) => sale(`s-${index}`));

/** What fails, how it is retried, and what is put aside. */
export function failureCases(stage: Stage): void {
  test('poison is parked after its tries, alone, without a trace of an effect; replayed after a repair it is done', async () => {
    const { consumer, script } = scriptedConsumer();
    script.before = async (_tx, events) => {
      if (events.some((event) => event.subject === 's-13')) throw new Error('cannot digest this');
    };
    const billing = await stage.service('billing', { [saleType]: consumer }, { maxAttempts: 3 });
    await stage.service('stats');
    const shop = await stage.service('shop');
    await shop.emit(...sales(40));
    await eventually('the others are done', billing.effects, (seen) => seen.length === 39);
    const [parked] = await eventually(
      'it is parked',
      () => billing.messaging.parked.list(),
      (seen) => seen.length === 1,
    );
    expect(parked).toMatchObject({ type: saleType, status: 'parked', attempts: 3, lane: 'facts' });
    expect(parked?.error).toContain('cannot digest this');
    expect(await billing.effects()).toHaveLength(39);
    script.before = async () => undefined;
    expect(await billing.messaging.parked.replay(parked?.id ?? '', 'ann')).toBe(true);
    await eventually('it is done', billing.effects, (seen) => seen.length === 40);
    await billing.messaging.drained();
    expect(await billing.messaging.parked.list()).toEqual([]);
  });

  test('what is permanent is parked at once: an impossible value, a broken rule, a named reason; it can be shown and discarded', async () => {
    const { consumer, script } = scriptedConsumer();
    script.before = async (tx, events) => {
      for (const event of events) {
        if (event.subject === 's-1') throw new PermanentError('the brand is gone');
        if (event.subject === 's-2') await tx.query("SELECT 'x'::int");
      }
    };
    const billing = await stage.service('billing', { [saleType]: consumer });
    await stage.service('stats');
    const shop = await stage.service('shop');
    await shop.emit(...sales(4));
    const parked = await eventually(
      'two are parked',
      () => billing.messaging.parked.list(),
      (seen) => seen.length === 2,
    );
    expect(parked.map((one) => one.attempts)).toEqual([1, 1]);
    expect(parked.map((one) => one.error).join()).toMatch(/the brand is gone.*22P02/s);
    const id = parked[0]?.id ?? '';
    expect(await billing.messaging.parked.discard(id, 'ann', 'a test order')).toBe(true);
    const shown = await billing.messaging.parked.show(id);
    expect(shown).toMatchObject({ status: 'discarded', history: [{ action: 'discard', actor: 'ann', reason: 'a test order' }] });
    expect(JSON.parse(shown?.envelope ?? '')).toMatchObject({ id, subject: 's-1' });
    expect(await billing.effects()).toHaveLength(2);
  });

  test('what is transient is tried again until it goes', async () => {
    let refusals = 3;
    const { consumer, script } = scriptedConsumer();
    script.before = async () => {
      if (refusals-- > 0) throw new Error('try again');
    };
    const billing = await stage.service('billing', { [saleType]: consumer });
    await stage.service('stats');
    const shop = await stage.service('shop');
    await shop.emit(sale('s-1'));
    await eventually('it is done', billing.effects, (seen) => seen.length === 1);
    await billing.messaging.drained();
    expect(await billing.effects()).toHaveLength(1);
    expect(await billing.messaging.parked.list()).toEqual([]);
  });

  test('what comes before what it refers to waits for it, however long its tries', async () => {
    const onRefund: Consumer = async (tx, events) => {
      for (const event of events) {
        const { of } = event.data as { of: string };
        const { rowCount } = await tx.query('SELECT 1 FROM effects WHERE subject = $1', [of]);
        if (rowCount === 0) throw new NotYet(`sale ${of}`);
      }
      await recordEffects(tx, events);
    };
    const subscriptions = { 'shop.refund.recorded.v1': onRefund, [saleType]: recordEffects };
    const billing = await stage.service('billing', subscriptions, { maxAttempts: 2 });
    await stage.service('stats');
    const shop = await stage.service('shop');
    await shop.emit({ type: 'shop.refund.recorded.v1', subject: 'r-1', data: { of: 's-1', amount: 1 } });
    const waits = async () =>
      (await billing.database.pool.query('SELECT waits FROM messaging.inbox WHERE status = $1', ['pending'])).rows[0]?.waits ?? 0;
    await eventually('it has waited more often than tries are allowed', waits, (seen) => seen > 3);
    await shop.emit(sale('s-1'));
    const effects = await eventually('both are done', billing.effects, (seen) => seen.length === 2);
    expect(effects.map((effect) => effect.subject).sort()).toEqual(['r-1', 's-1']);
  });

  test('what cannot be understood is parked with its reason and disturbs nobody: unknown type, malformed, not JSON, wrong data, forged source', async () => {
    const { shop, billing } = await stage.house();
    const [event] = await shop.emit(sale('s-1'));
    const fresh = (changes: object) => JSON.stringify({ ...event, id: crypto.randomUUID(), ...changes });
    const rig = stage.rig();
    await rig.inject(billing, 'facts', fresh({ type: 'shop.thing.happened.v9' }));
    await rig.inject(billing, 'facts', fresh({ data: { amount: 'much' } }));
    await rig.inject(billing, 'facts', fresh({ source: '/services/elsewhere' }));
    await rig.inject(billing, 'facts', fresh({ correlationid: undefined }));
    await rig.inject(billing, 'facts', '{"specversion": "1.0", \0');
    await rig.inject(billing, 'facts', '[1, null, "x"]');
    await shop.emit(sale('s-2'));
    await eventually('the good ones are done', billing.effects, (seen) => seen.length === 2);
    const expected = ['unknown-type', 'data-against-schema', 'not-the-producer', 'malformed', 'malformed'];
    const parked = await eventually(
      'all are parked',
      () => billing.messaging.parked.list(),
      (seen) => seen.length >= expected.length + 1,
    );
    const reasons = parked.map((one) => one.error?.split(':')[0]);
    for (const reason of expected) expect(reasons).toContain(reason);
    await billing.messaging.drained();
  });

  test('an event that was parked as unknown is done once the service knows it', async () => {
    const stats = await stage.service('stats', {});
    await stage.service('billing');
    const shop = await stage.service('shop');
    await shop.emit(sale('s-1'));
    await eventually(
      'it is parked',
      () => stats.messaging.parked.list(),
      (seen) => seen[0]?.error?.startsWith('not-handled') === true,
    );
    await stats.stop();
    const { makeService } = await import('./lab.js');
    const { sampleCatalogue } = await import('./sample-catalogue.js');
    const bus = stage.rig().busFor('stats');
    const newer = await makeService({
      name: 'stats',
      bus,
      catalogue: sampleCatalogue,
      subscriptions: { [saleType]: recordEffects },
      database: stats.database,
    });
    await eventually('it is done', newer.effects, (seen) => seen.length === 1);
    await newer.stop();
  });

  test('a rule that is only checked at commit stops its own event and no other', async () => {
    const billing = await stage.service('billing');
    await billing.database.pool.query(`CREATE TABLE rule (n int);
      CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
        IF NEW.subject = 's-3' THEN RAISE EXCEPTION 'does not sum to zero' USING ERRCODE = '23514'; END IF; RETURN NULL; END $f$;
      CREATE CONSTRAINT TRIGGER late AFTER INSERT ON effects DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION odd();`);
    await stage.service('stats');
    const shop = await stage.service('shop');
    await shop.emit(...sales(8));
    await eventually('the others are done', billing.effects, (seen) => seen.length === 7);
    const [parked] = await eventually(
      'it is parked',
      () => billing.messaging.parked.list(),
      (seen) => seen.length === 1,
    );
    expect(parked?.error).toContain('does not sum to zero');
  });

  test('while the database is away nothing is acknowledged, and afterwards everything arrives', async () => {
    const { shop, billing } = await stage.house();
    const { pool } = billing.database;
    const connect = pool.connect.bind(pool);
    const query = pool.query.bind(pool);
    const away = () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
    let refused = 0;
    const refuse = () => {
      refused += 1;
      return away();
    };
    Object.assign(pool, { connect: refuse, query: away });
    await shop.emit(...sales(20));
    await eventually(
      'deliveries were refused',
      async () => refused,
      (seen) => seen > 2,
    );
    Object.assign(pool, { connect, query });
    await eventually('all arrived', billing.effects, (seen) => seen.length === 20);
    await billing.messaging.drained();
    expect(await billing.effects()).toHaveLength(20);
    expect(await billing.messaging.parked.list()).toEqual([]);
  });

  test('the outbox refuses what must not be written', async () => {
    const shop = await stage.service('shop');
    await expect(shop.emit({ type: saleType, subject: 's', data: { amount: 1.5 } })).rejects.toThrow(EventRefused);
    await expect(shop.emit({ type: 'shop.nothing.v1', subject: 's', data: {} })).rejects.toThrow(/unknown-type/);
    const large = { type: 'shop.refund.recorded.v1', subject: 's', data: { of: 'x'.repeat(300_000), amount: 1 } };
    await expect(shop.emit(large)).rejects.toThrow(/too-large/);
    const billing = await stage.service('billing');
    await expect(billing.emit(sale('s'))).rejects.toThrow(/not-the-producer/);
  });

  test('stop finishes what is in hand, and a restart loses nothing', async () => {
    const { shop, billing, stats } = await stage.house();
    await shop.emit(...sales(300));
    await Promise.all([billing.stop(), shop.stop()]);
    const done = (await billing.effects()).length;
    await stats.messaging.start();
    await Promise.all([billing.messaging.start(), shop.messaging.start()]);
    await eventually('all arrived', billing.effects, (seen) => seen.length === 300);
    for (const service of [shop, billing]) await service.messaging.drained();
    expect(await billing.effects()).toHaveLength(300);
    expect(done).toBeLessThanOrEqual(300);
  });
}
