import type { ConversionData } from '@tributary/contracts';
import { goingBackTo, handedOn, type Outbox, type Tx } from '@tributary/messaging';
import type { Actor, Recorded } from './incoming.js';

export type Settled = { conversion: Recorded; data: ConversionData };
export const bySystem: Actor = { actorId: 'system:tracking', actorKind: 'system' };

/** A step of its own in the trace: it goes back to the report and, past it, to the click that came to light. */
export async function publishAttributed(
  tx: Tx,
  outbox: Outbox,
  settled: readonly Settled[],
  now: Date,
  actor: Actor = bySystem,
): Promise<void> {
  if (settled.length === 0) return;
  const { actorId, actorKind } = actor;
  const origins = settled.flatMap(({ conversion, data }) => [conversion.traceparent, data.attribution?.clickTraceparent]);
  await goingBackTo('tracking attribute', origins, { 'service.name': 'tracking' }, () =>
    outbox.append(
      tx,
      { correlationId: 'attribution', actorId, actorKind },
      settled.map(({ conversion, data }) => ({
        type: 'tracking.conversion.attributed.v1',
        subject: data.conversionId,
        brandId: data.brandId,
        ...(data.partnerId === null ? {} : { partnerId: data.partnerId }),
        time: now,
        data,
        ...handedOn(conversion.traceparent),
        context: { correlationId: data.conversionId, actorId, actorKind },
      })),
    ),
  );
}
