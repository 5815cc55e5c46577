import { expect, test } from '@jest/globals';
import type { ConversionData } from '@tributary/contracts';
import { repeated, seededRandom } from '@tributary/testkit';
import { aConversion, aRefund, entriesOf, recorded, startWorld, type World } from './builders.js';
import { activity, close, shareDeal, shareTerms, statementsOf } from './months.js';

const months = ['2026-03', '2026-04', '2026-05'];
const cap = { times: '2', months: 2 };
/** What is carried meets what else the deal earns, or stays in the share with the high rollers set apart. */
const carryovers = [
  { policy: 'account', unit: 'commission', cap },
  { policy: 'component', unit: 'base', highRoller: { threshold: -20_000 }, cap },
] as const;
const termsOf = (seed: number) =>
  shareTerms(
    {
      rate: '0.35',
      carryover: carryovers[seed % carryovers.length] ?? carryovers[0],
      waterfall: { name: 'net', version: 1, lines: [{ name: 'admin', effect: 'deduct', of: 'gross-revenue', rate: '0.07' }] },
    },
    { name: 'cpa', on: 'deposit', model: 'flat', amount: 1_000 },
  );

/** Three months of what customers played and deposited, and of deposits that came back, much of it later. */
function history(world: World, seed: number): ConversionData[] {
  const random = seededRandom(seed);
  const pick = (size: number): number => Math.floor(random() * size);
  return Array.from({ length: 24 }, (_, index) => {
    const occurredAt = `${months[pick(months.length)]}-${String(1 + pick(28)).padStart(2, '0')}T12:00:00.000Z`;
    // Ids that are the same in every world, so that the two can be compared.
    const customerId = `cus_01kjqb2p4hf8x9d3v5m7n0r2t${pick(4)}`;
    if (pick(3) > 0) return [activity(world, pick(90_000) - 45_000, { occurredAt, customerId })];
    const deposit = aConversion(world, { kind: 'deposit', amount: 500 + index, occurredAt });
    return pick(2) === 0 ? [deposit] : [deposit, aRefund(world, deposit, null, { occurredAt: '2026-05-31T12:00:00.000Z' })];
  }).flat();
}

interface Outcome {
  statements: unknown[];
  paid: number;
}

async function outcomeOf(world: World): Promise<Outcome> {
  const statements = await statementsOf(world);
  const paid = (await entriesOf(world)).reduce((sum, { amount }) => sum + amount, 0);
  for (const { total, entries } of statements) expect(entries.reduce((sum, { amount }) => sum + amount, 0)).toBe(total);
  return { statements: statements.map(({ period, total, components }) => ({ period, total, components })).sort(byPeriod), paid };
}
const byPeriod = (a: { period: string }, b: { period: string }): number => (a.period < b.period ? -1 : 1);

/** All facts in order, then the closes. */
async function inOrder(seed: number): Promise<Outcome> {
  const world = await startWorld({ now: '2026-07-01T12:00:00Z' });
  await shareDeal(world, termsOf(seed));
  await world.service.deliver(...history(world, seed).map((one) => recorded(one)));
  for (const month of months) await close(world, month).expect(200);
  const outcome = await outcomeOf(world);
  await world.service.stop();
  return outcome;
}

/** The same facts shuffled and repeated, the closes somewhere in between. */
async function asItComes(seed: number): Promise<Outcome> {
  const world = await startWorld({ now: '2026-07-01T12:00:00Z' });
  await shareDeal(world, termsOf(seed));
  const events = repeated(
    seed,
    history(world, seed).map((one) => recorded(one)),
  );
  const size = Math.ceil(events.length / (months.length + 1));
  for (let part = 0; part <= months.length; part += 1) {
    await world.service.deliver(...events.slice(part * size, (part + 1) * size));
    const month = months[part];
    if (month !== undefined) await close(world, month).expect(200);
  }
  const outcome = await outcomeOf(world);
  await world.service.stop();
  return outcome;
}

test.each([1, 2, 3, 4])(
  'D-05 T-37 months come to the same whatever comes late, in whatever order, however often (seed %i)',
  async (seed) => {
    expect(await asItComes(seed)).toEqual(await inOrder(seed));
  },
);
