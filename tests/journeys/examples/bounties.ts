import { expect } from '@jest/globals';
import { percent } from './terms.js';
import type { Example, World } from './world.js';

const day = '2026-03-15T12:00:00.000Z';

/** Given by hand for the day of the sale, held as long as said, or by default. */
const given = (told: World, kind: string, rest: object = {}) =>
  told.post('/adjustments', {
    partnerId: told.id('a'),
    brandId: told.brands.get('main')?.id,
    amount: 10_000,
    currency: 'EUR',
    reason: 'found us a streamer',
    kind,
    occurredAt: day,
    ...rest,
  });

/** What is earned beside deals is held as long as is said with it. */
export const bounties: Example[] = [
  {
    name: 'M-23 a bounty is held for its own days, whatever the brand and the deal hold a sale for',
    async play(start) {
      const told = await start({ policy: { holdDays: 30 }, timeZone: 'Europe/Berlin' });
      for (const name of ['a', 'b']) await told.partner(name);
      await told.deal('a', [percent('0.10')]);
      await told.deal('b', { components: [percent('0.10')], holdDays: 10 });
      const [byBrand = '', byDeal = ''] = await told.events([
        { by: 'a', amount: 5_000, at: day },
        { by: 'b', amount: 5_000, at: day },
      ]);
      const made = [
        await given(told, 'bounty', { holdDays: 3 }),
        await given(told, 'bounty', { holdDays: 45 }),
        await given(told, 'bounty'),
        await given(told, 'bonus', { holdDays: 7 }),
        await given(told, 'retainer', { holdDays: 1 }),
      ];

      const entries = await told.entries();
      const maturityOf = (conversionId: string) => entries.find((one) => one.conversionId === conversionId)?.maturesAt;
      expect([maturityOf(byBrand), maturityOf(byDeal)]).toEqual(['2026-04-14T22:00:00.000Z', '2026-03-25T23:00:00.000Z']);
      // midnights of Berlin, in winter an hour before that of UTC and in summer two; without days at once
      const expected = [
        '2026-03-18T23:00:00.000Z',
        '2026-04-29T22:00:00.000Z',
        day,
        '2026-03-22T23:00:00.000Z',
        '2026-03-16T23:00:00.000Z',
      ];
      expect(made.map(({ maturesAt }) => maturesAt)).toEqual(expected);
      expect(made.map(({ entryId }) => entries.find(({ id }) => id === entryId)?.maturesAt)).toEqual(expected);
      expect(made.map(({ kind, occurredAt, status }) => [kind, occurredAt, status])).toEqual(
        ['bounty', 'bounty', 'bounty', 'bonus', 'retainer'].map((kind) => [kind, day, 'pending']),
      );
      await told.allExplained();
    },
  },
];
