import { expect, test } from '@jest/globals';
import { context, TraceFlags, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { contextOf } from '../envelope.js';
import type { Consumer, Envelope } from '../ports.js';
import type { Stage } from './conformance.js';
import { eventually, recordEffects } from './lab.js';

const sale = (subject: string, amount = 1) => ({ type: 'shop.sale.recorded.v1', subject, data: { amount } });

/** What is delivered, to whom, how often, in which order, with which trace. */
export function deliveryCases(stage: Stage): void {
  test('delivers each event to every bound consumer, once, as it was written', async () => {
    const { shop, billing, stats } = await stage.house();
    const [written] = await shop.emit(sale('s-1'));
    await shop.emit({ type: 'shop.price.changed.v1', subject: 'p-1', data: { price: 3 }, sequence: 7, brandId: 'brd_1' });
    for (const consumer of [billing, stats]) {
      const effects = await eventually('both arrived', consumer.effects, (seen) => seen.length === 2);
      expect(effects[0]?.envelope).toEqual(written);
      expect(effects[1]?.envelope).toMatchObject({ sequence: 7, brandid: 'brd_1', source: '/services/shop' });
    }
    await shop.messaging.drained();
  });

  test('delivers what was delivered twice once only, also at the same time', async () => {
    const { shop, billing, stats } = await stage.house();
    const events = await shop.emit(...Array.from({ length: 30 }, (_, index) => sale(`s-${index}`)));
    const bus = stage.rig().busFor('again');
    await eventually(
      'the bus is up',
      async () => bus.state(),
      (state) => state === 'up',
    );
    await Promise.all(Array.from({ length: 4 }, () => bus.sendTo('billing', 'facts', events)));
    await eventually('all arrived', billing.effects, (seen) => seen.length >= 30);
    for (const service of [shop, billing, stats]) await service.messaging.drained();
    expect(await billing.effects()).toHaveLength(30);
    expect(new Set((await billing.effects()).map((effect) => effect.id)).size).toBe(30);
  });

  test('hands a batch over by type in the order of rank, whatever order it came in', async () => {
    const seen: string[] = [];
    const note: Consumer = async (tx, events) => {
      seen.push(...events.map((event) => event.type));
      await recordEffects(tx, events);
    };
    const billing = await stage.service('billing', { 'shop.refund.recorded.v1': note, 'shop.sale.recorded.v1': note }, {});
    const shop = await stage.service('shop');
    await billing.stop();
    const written = await shop.emit({ type: 'shop.refund.recorded.v1', subject: 'r-1', data: { of: 's-1', amount: 1 } }, sale('s-1'));
    await billing.messaging.receive(
      'facts',
      written.map((event) => ({ content: event })),
    );
    expect(seen).toEqual(['shop.sale.recorded.v1', 'shop.refund.recorded.v1']);
    expect(await billing.effects()).toHaveLength(2);
  });

  test('what is appended by a consumer commits with its effect and travels on, with correlation and cause', async () => {
    const stats = await stage.service('stats');
    const shop = await stage.service('shop');
    const consumer: Consumer = async (tx, events) => {
      const [first] = events;
      if (first === undefined) return;
      await recordEffects(tx, events);
    };
    const billing = await stage.service('billing', { 'shop.sale.recorded.v1': consumer });
    const [written] = await shop.emit(sale('s-1'));
    const [effect] = await eventually('it arrived', billing.effects, (seen) => seen.length === 1);
    expect(contextOf(effect?.envelope as Envelope, 'billing')).toEqual({
      correlationId: 'test',
      causationId: written?.id,
      actorId: 'system:billing',
      actorKind: 'system',
    });
    await eventually('stats has it as well', stats.effects, (seen) => seen.length === 1);
  });

  test('version 2 reaches its consumers as written, and those of version 1 made smaller', async () => {
    const { shop, billing, stats } = await stage.house();
    const written = await shop.emit({ type: 'shop.order.placed.v2', subject: 'o-1', data: { first: 'Ada', last: 'Byron' } });
    expect(written.map((event) => event.type)).toEqual(['shop.order.placed.v2', 'shop.order.placed.v1']);
    const [newer] = await eventually('billing has version 2', billing.effects, (seen) => seen.length === 1);
    const [older] = await eventually('stats has version 1', stats.effects, (seen) => seen.length === 1);
    expect(newer).toMatchObject({ type: 'shop.order.placed.v2', envelope: { data: { first: 'Ada', last: 'Byron' } } });
    expect(older).toMatchObject({ type: 'shop.order.placed.v1', envelope: { data: { name: 'Ada Byron' } } });
  });

  test('carries the trace from the writer through the relay to the consumer', async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(provider);
    try {
      const inside: (string | undefined)[] = [];
      const note: Consumer = async (tx, events) => {
        inside.push(trace.getActiveSpan()?.spanContext().traceId);
        await recordEffects(tx, events);
      };
      const billing = await stage.service('billing', { 'shop.sale.recorded.v1': note });
      await stage.service('stats');
      const shop = await stage.service('shop');
      const root = provider.getTracer('test').startSpan('writing');
      const [written] = await context.with(trace.setSpan(context.active(), root), () => shop.emit(sale('s-1')));
      root.end();
      const { traceId, spanId } = root.spanContext();
      expect(written?.traceparent).toBe(`00-${traceId}-${spanId}-0${TraceFlags.SAMPLED}`);
      await eventually('it arrived', billing.effects, (seen) => seen.length === 1);
      expect(inside).toEqual([traceId]);
      const spans = await eventually(
        'the spans ended',
        async () => exporter.getFinishedSpans(),
        (seen) => ['billing consume', 'shop publish'].every((name) => seen.some((one) => one.name.startsWith(name))),
      );
      for (const name of ['shop publish', 'billing consume shop.sale.recorded.v1']) {
        const span = spans.find((one) => one.name === name);
        expect(span?.links.map((link) => link.context.spanId)).toContain(spanId);
      }
    } finally {
      trace.disable();
      context.disable();
    }
  });

  test('a slow consumer holds up nobody, and gets everything in the end', async () => {
    let slow = true;
    const dawdle: Consumer = async (tx, events) => {
      if (slow) await tx.query('SELECT pg_sleep(3)');
      await recordEffects(tx, events);
    };
    const billing = await stage.service('billing', { 'shop.sale.recorded.v1': dawdle });
    const stats = await stage.service('stats');
    const shop = await stage.service('shop');
    for (let round = 0; round < 5; round += 1) await shop.emit(sale(`s-${round}`));
    await eventually('the other consumer has all', stats.effects, (seen) => seen.length === 5, 5000);
    expect(await billing.effects()).toHaveLength(0);
    slow = false;
    await eventually('the slow one has all', billing.effects, (seen) => seen.length === 5, 20_000);
    await billing.messaging.drained();
    expect(await billing.effects()).toHaveLength(5);
  });
}
