import type { Context } from '../measure/context.js';
import { cpuBetween, cpuSeconds } from '../measure/cpu.js';
import { type Load, type LoadOrder, load } from '../measure/load.js';
import { alternate } from '../measure/rounds.js';

/** A server under load, and what must be so before the next one is measured. */
export interface HttpSide {
  order: Omit<LoadOrder, 'amount'>;
  wanted: number;
  processes: Record<string, number | undefined>;
  /** Waits until what the load left behind is worked off. */
  settle?: () => Promise<void>;
}

/** Loads two servers in turn. The number of requests comes from the warm-up, so that each run lasts about as long as wished. */
export async function compareServers(context: Context, ours: HttpSide, reference: HttpSide) {
  const sideOf = async (side: HttpSide) => {
    const cpu: Record<string, number> = {};
    let counted = 0;
    let nextEvent = side.order.eventIds?.from ?? 0;
    let done = 0;
    const run = async (amount: number): Promise<Load> => {
      const { eventIds } = side.order;
      const result = await load(
        { ...side.order, amount, ...(eventIds ? { eventIds: { ...eventIds, from: nextEvent } } : {}) },
        side.wanted,
      );
      nextEvent = result.nextEvent;
      done += amount;
      return result;
    };
    const { connections } = side.order;
    let amount = connections * (context.quick ? 2 : 20);
    for (let warmUp = 0; warmUp < 2; warmUp++) {
      const { seconds } = await run(amount);
      amount = Math.max(connections, Math.round((amount / seconds) * context.seconds));
      await side.settle?.();
    }
    return {
      done: () => done,
      cpuMicros: () => Object.fromEntries(Object.entries(cpu).map(([name, seconds]) => [name, (seconds * 1e6) / counted])),
      async measure() {
        const before = cpuSeconds(side.processes);
        const result = await run(amount);
        const used = cpuBetween(before, cpuSeconds(side.processes));
        for (const [name, seconds] of Object.entries({ ...used, 'load generator': result.cpuSeconds }))
          cpu[name] = (cpu[name] ?? 0) + seconds;
        counted += amount;
        await side.settle?.();
        return { perSecond: amount / result.seconds, p50Ms: result.p50Ms, p99Ms: result.p99Ms };
      },
    };
  };
  const mine = await sideOf(ours);
  const theirs = await sideOf(reference);
  const summary = await alternate(context.rounds, mine, theirs, context.say);
  return { summary: { ...summary, cpuMicros: mine.cpuMicros(), referenceCpuMicros: theirs.cpuMicros() }, answered: mine.done() };
}
