import { expect } from '@jest/globals';
import type { Json } from '../client.js';
import type { Example, Told, World } from './world.js';

/** Half of what is won; a deficit is carried up to twice the average commission of the last three months. */
const capped = (unit: 'base' | 'commission') => ({
  name: 'share',
  on: 'player-activity',
  model: 'revshare',
  rate: '0.5',
  waterfall: { name: 'net-revenue', version: 1, lines: [] },
  carryover: { policy: 'component', unit, cap: { times: '2', months: 3 } },
});
const inMonth = (index: number): string => `2026-0${index + 1}`;

/** Tells what was won in each month from January on, in major units, closes them and answers with the statements issued. */
async function issued(told: World, unit: 'base' | 'commission', won: readonly number[]): Promise<Json[]> {
  await told.partner('a');
  await told.deal('a', { components: [capped(unit)], currency: 'EUR' });
  const activity = (major: number, index: number): Told => ({
    kind: 'player-activity',
    at: `0${index + 1}-15`,
    details: { currency: 'EUR', grossRevenue: major * 100 },
  });
  await told.events(won.map(activity));
  for (const index of won.keys()) await told.close(inMonth(index));
  await told.allExplained();
  const statements = await told.statements();
  return won.map((_, index) => statements[inMonth(index)]);
}

const totals = (statements: readonly Json[]): number[] => statements.map(({ total }) => total);
const carries = (statements: readonly Json[]): Json[] => statements.map(({ components }) => components[0].carry);

/** Deficits beyond what may be carried: the statement that is issued says what was given up. */
export const writeOffs: Example[] = [
  {
    name: 'M-06 the average of 100.00, 200.00 and 300.00 twice is 400.00: of a deficit of 2,000.00 the statement writes 1,200.00 off',
    async play(start) {
      const statements = await issued(await start(), 'base', [200, 400, 600, -2_000, 1_000]);
      expect(totals(statements)).toEqual([10_000, 20_000, 30_000, 0, 10_000]);
      // 400.00 of commission are 800.00 of what is won
      const [, , , april, may] = carries(statements);
      expect(april).toMatchObject({
        unit: 'base',
        opening: '0',
        added: '200000',
        writtenOff: [{ reason: 'cap', period: '2026-04', amount: '120000' }],
        closing: '80000',
      });
      expect(may).toMatchObject({ opening: '80000', used: '80000', writtenOff: [], closing: '0' });
    },
  },
  {
    name: 'M-06 carried as commission, 666.66 2/3 of 1,000.00 are written off: what the older month left, then the rest',
    async play(start) {
      const statements = await issued(await start(), 'commission', [200, 400, 600, -500, -1_500, 700]);
      const [, , march, april, may, june] = carries(statements);
      expect(march).toMatchObject({ writtenOff: [], closing: '0' });
      expect(april).toMatchObject({ added: '25000', writtenOff: [], closing: '25000' });
      // the last three months are 200.00, 300.00 and nothing: at most 333.33 1/3 of the 1,000.00
      expect(may).toMatchObject({
        unit: 'commission',
        opening: '25000',
        added: '75000',
        writtenOff: [
          { reason: 'cap', period: '2026-04', amount: '25000' },
          { reason: 'cap', period: '2026-05', amount: '125000/3' },
        ],
        closing: '100000/3',
      });
      expect(june).toMatchObject({ opening: '100000/3', used: '100000/3', closing: '0' });
      expect(totals(statements)).toEqual([10_000, 20_000, 30_000, 0, 0, 1_667]);
    },
  },
  {
    name: 'M-06 before there is any month there is no average, and the whole deficit is carried',
    async play(start) {
      const [first] = carries(await issued(await start(), 'base', [-2_000]));
      expect(first).toMatchObject({ added: '200000', writtenOff: [], closing: '200000' });
    },
  },
];
