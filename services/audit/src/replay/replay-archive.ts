import { catalogue, type Envelope, type Lane, replayArchive } from '@tributary/contracts';
import type { Bus } from '@tributary/messaging';
import { accepted, command, everything, type Job, type Kit, reject } from '@tributary/service-kit';
import { z } from 'zod';
import type { ArchiveStore } from '../archive/archive-store.js';

export interface ReplayParts {
  archive: ArchiveStore;
  kit: Pick<Kit, 'jobs' | 'db'>;
  bus: Pick<Bus, 'sendTo'>;
  /** Has a service drop its projections and its memory of handled events. */
  rebuild: Rebuild;
}
/** Undefined where nobody has said where the service answers. */
export type Rebuild = ((service: string) => Promise<void>) | undefined;

export const replayJobName = 'replay-archive';
const defaultRate = 2000;
const batch = 500;
/** A run ends after this long and enqueues its own continuation, so that a stop or crash repeats little. */
const runMs = 60_000;

const replayData = z.object({
  service: z.string(),
  afterSequence: z.int(),
  untilSequence: z.int(),
  eventsPerSecond: z.int(),
  rebuild: z.boolean(),
});

/** The types that a service handles; the archive itself is not replayed to. */
export const typesOf = (service: string): string[] =>
  service === 'audit'
    ? []
    : [...catalogue.values()].filter(({ consumers }) => (consumers as readonly string[]).includes(service)).map(({ type }) => type);

/** Begins to send the archive to a service again; a job does the sending. */
export const replayRoute = ({ archive, kit, rebuild: canRebuild }: ReplayParts) =>
  command(replayArchive, async ({ body, tx }) => {
    const types = typesOf(body.service);
    const refuse = (pointer: string, rule: string) => reject('request-invalid', { errors: [{ pointer, rule }] });
    if (types.length === 0) return refuse('/service', 'must be a service that handles events');
    const rebuild = body.rebuild === true;
    if (rebuild && body.service !== 'insights') return refuse('/rebuild', 'only insights can be rebuilt: what others hold is theirs alone');
    if (rebuild && canRebuild === undefined)
      return reject('temporarily-unavailable', {
        detail: 'Set TRIBUTARY_INSIGHTS_URL: nobody has told the archive where insights answers',
      });
    const { afterSequence, untilSequence, count } = await archive.stretchFrom(new Date(body.from), types);
    const eventsPerSecond = body.eventsPerSecond ?? defaultRate;
    await kit.jobs.enqueue(
      tx,
      replayJobName,
      { service: body.service, afterSequence, untilSequence, eventsPerSecond, rebuild },
      { singletonKey: `replay ${body.service}` },
    );
    return accepted({ service: body.service, from: body.from, sent: count });
  });

export const replayJob = (parts: ReplayParts): Job => ({
  name: replayJobName,
  async run(given, { log }) {
    const data = replayData.parse(given);
    if (data.rebuild) await parts.rebuild?.(data.service);
    const endsAt = Date.now() + runMs;
    let { afterSequence } = data;
    for (let sent = 0; Date.now() < endsAt; ) {
      const began = Date.now();
      const events = await parts.archive.events(
        { types: typesOf(data.service), afterSequence, untilSequence: data.untilSequence },
        Math.min(batch, data.eventsPerSecond),
      );
      const last = events.at(-1);
      if (last === undefined) return log.info({ target: data.service, sent }, 'the replay has arrived at its end');
      for (const [lane, group] of byLane(events.map(({ event }) => event))) await parts.bus.sendTo(data.service, lane, group);
      afterSequence = last.sequence;
      sent += events.length;
      await pause((events.length / data.eventsPerSecond) * 1000 - (Date.now() - began));
    }
    await parts.kit.db.tx(everything, (tx) => parts.kit.jobs.enqueue(tx, replayJobName, { ...data, afterSequence, rebuild: false }));
  },
});

function byLane(events: readonly Envelope[]): Map<Lane, Envelope[]> {
  const lanes = new Map<Lane, Envelope[]>();
  for (const event of events) {
    const lane = catalogue.get(event.type)?.lane ?? 'facts';
    lanes.set(lane, [...(lanes.get(lane) ?? []), event]);
  }
  return lanes;
}

const pause = (ms: number): Promise<void> => (ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms)));
