import { expect } from '@jest/globals';
import { seededRandom, shuffled } from '@tributary/testkit';
import type { World } from '../builders.js';
import { aLedger, loadPast, sale } from './history.js';
import { batchSize, consumerOf, median, timed } from './service.js';

const day = 86_400_000;

export interface HistoryCost {
  /** Median over rounds of the time with a past to that without, for facts in their order and for facts in any. */
  inOrder: number;
  shuffled: number;
  report: string;
}

/** The time that facts of one day take on an empty ledger and after very many others of the same stream, in rounds by turns. */
export async function historyCost(past: number, facts: number, rounds: number): Promise<HistoryCost> {
  const empty = await aLedger();
  const full = await aLedger();
  try {
    for (const world of [empty, full]) await consumerOf(world.service)([sale(world, new Date('2026-01-01T00:00:00Z'))]);
    await loadPast(full, past);
    // Both are warm before anything is measured.
    for (const world of [empty, full]) await tellDay(world, 0, facts, true);
    const times = { inOrder: [[], []] as number[][], shuffled: [[], []] as number[][] };
    for (let round = 1; round <= rounds; round += 1) {
      for (const kind of ['inOrder', 'shuffled'] as const) {
        for (const [index, world] of [empty, full].entries()) {
          if (index === 0) await forget(world);
          const date = 2 * round + (kind === 'shuffled' ? 1 : 0);
          times[kind][index]?.push(await timed(() => tellDay(world, date, facts, kind === 'inOrder')));
        }
      }
    }
    await isRight(full, past, facts * (2 * rounds + 1));
    const ratio = (kind: 'inOrder' | 'shuffled') => median((times[kind][1] ?? []).map((ms, index) => ms / (times[kind][0]?.[index] ?? 1)));
    const shown = (kind: 'inOrder' | 'shuffled') =>
      `${median(times[kind][0] ?? []).toFixed(0)} ms empty, ${median(times[kind][1] ?? []).toFixed(0)} ms after ${past}, ${ratio(kind).toFixed(2)} times`;
    return {
      inOrder: ratio('inOrder'),
      shuffled: ratio('shuffled'),
      report: `${facts} facts of a day in order: ${shown('inOrder')}; in any order: ${shown('shuffled')}`,
    };
  } finally {
    await empty.service.stop();
    await full.service.stop();
  }
}

/** All of one day in November, some hundred at once. */
async function tellDay(world: World, date: number, facts: number, ordered: boolean): Promise<void> {
  const consume = consumerOf(world.service);
  const start = Date.UTC(2026, 9, 1) + date * day;
  const random = seededRandom(date);
  const inOrder = Array.from({ length: facts }, () => Math.floor(random() * day)).sort((a, b) => a - b);
  const instants = ordered ? inOrder : shuffled(date, inOrder);
  for (let at = 0; at < facts; at += batchSize) {
    await consume(instants.slice(at, at + batchSize).map((instant) => sale(world, new Date(start + instant))));
  }
}

/** The empty ledger is empty again. */
async function forget({ service }: World): Promise<void> {
  await service.sql('TRUNCATE conversion, stream, stream_record, stream_checkpoint, commission_scope, commission_entry');
}

/** Everything earns 12 %, but for the first half of the first fact; what the states say is what has been told. */
async function isRight({ service }: World, past: number, told: number): Promise<void> {
  const [found] = await service.sql<{ net: string; total: string }>(
    `SELECT (SELECT sum(net)::text FROM commission_scope) AS net, (SELECT jsonb_path_query_first(state, '$.meters.*.total') #>> '{}' FROM stream) AS total`,
  );
  expect(found).toEqual({ net: `${110 + (past + told) * 120}`, total: `${(1 + past + told) * 1_000}` });
}
