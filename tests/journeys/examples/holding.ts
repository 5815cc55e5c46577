import { expect } from '@jest/globals';
import { percent } from './terms.js';
import type { Example, World } from './world.js';

const lockedAs = async (terms: object, at: readonly string[], told: World): Promise<string[]> => {
  await told.partner('a');
  await told.deal('a', { components: [percent('0.10')], ...terms });
  const ids = await told.events(at.map((one) => ({ at: one, amount: 10_000 })));
  const entries = await told.entries();
  return ids.map((conversionId) => entries.find((one) => one.conversionId === conversionId)?.maturesAt);
};

/** From when on what was earned may be paid. */
export const holding: Example[] = [
  {
    name: 'O-02 WE-56 15 days after the last day of the month and after its end are a day apart: the anchor says which',
    async play(start) {
      const lastDay = { lock: { anchor: 'month-last-day', days: 15 } };
      const end = { lock: { anchor: 'month-end', days: 15 } };
      const at = ['2026-03-10T12:00:00.000Z', '2026-02-28T23:59:59.999Z'];
      expect(await lockedAs(lastDay, at, await start())).toEqual(['2026-04-15T00:00:00.000Z', '2026-03-15T00:00:00.000Z']);
      expect(await lockedAs(end, at, await start())).toEqual(['2026-04-16T00:00:00.000Z', '2026-03-16T00:00:00.000Z']);
    },
  },
  {
    name: 'O-02 WE-56 the zone of the deal says in which month a sale lies, and when its days begin',
    async play(start) {
      const lock = { anchor: 'month-end', days: 15 };
      const edge = ['2026-03-31T21:59:59.999Z', '2026-03-31T22:00:00.000Z'];
      const malta = ['2026-04-15T22:00:00.000Z', '2026-05-15T22:00:00.000Z'];
      expect(await lockedAs({ lock, timeZone: 'Europe/Malta' }, edge, await start())).toEqual(malta);
      expect(await lockedAs({ lock }, edge, await start({ timeZone: 'Europe/Malta' }))).toEqual(malta);
      const utc = ['2026-04-16T00:00:00.000Z', '2026-04-16T00:00:00.000Z'];
      expect(await lockedAs({ lock, timeZone: 'Etc/UTC' }, edge, await start({ timeZone: 'Europe/Malta' }))).toEqual(utc);
    },
  },
  {
    name: 'O-02 WE-56 a refund locks with its sale, a statement counts from its month, and what has not locked is not paid',
    async play(start) {
      const told = await start();
      await told.partner('a');
      const share = { name: 'share', on: 'player-activity', model: 'revshare', rate: '0.5', carryover: { policy: 'none' } };
      const waterfall = { name: 'net-revenue', version: 1, lines: [] };
      const lock = { anchor: 'month-end', months: 1, dayOfMonth: 13 };
      await told.deal('a', { components: [percent('0.10'), { ...share, waterfall }], currency: 'EUR', lock });
      const [first = ''] = await told.events([
        { at: '2026-12-10T12:00:00.000Z', amount: 10_000 },
        { at: '2027-01-10T12:00:00.000Z', amount: 50_000 },
        { at: '2026-12-20T12:00:00.000Z', kind: 'player-activity', details: { currency: 'EUR', grossRevenue: 6_000 } },
      ]);
      await told.refund(first, 4_000, { at: '2027-02-20T12:00:00.000Z' });
      await told.close('2026-12');
      const locked = async () => (await told.entries()).map(({ amount, maturesAt }) => [amount, maturesAt.slice(0, 10)]);
      expect((await locked()).sort()).toEqual([
        [-400, '2027-02-13'],
        [1_000, '2027-02-13'],
        [3_000, '2027-02-13'],
        [5_000, '2027-03-13'],
      ]);
      await told.settled();
      const balances = await told.admin.expect(200, 'GET', `/api/v1/partners/${told.id('a')}/balance`);
      expect(balances).toMatchObject({ balances: [{ payable: 3_600 }] });
      await told.allExplained();
    },
  },
];
