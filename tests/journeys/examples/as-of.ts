import { expect } from '@jest/globals';
import type { Json } from '../client.js';
import { percent } from './terms.js';
import type { Example, World } from './world.js';

/** What was owed to a partner for March as known at an instant, what is owed now, and the reasons why they differ. */
async function march(told: World, name: string, knownAt: string) {
  await told.settled();
  const query = `partnerId=${told.id(name)}&brandId=${told.brands.get('main')?.id}&period=2026-03&knownAt=${knownAt}`;
  const { known, present, since } = await told.admin.expect(200, 'GET', `/api/v1/commissions/as-of?${query}`);
  const sumOf = ({ amounts }: Json): number => amounts.reduce((sum: number, { amount }: Json) => sum + amount, 0);
  const causes = since.flatMap(({ reason, causes }: Json) =>
    causes.map(({ kind, id, amount }: Json): [string, string, string, number] => [reason, kind, id, amount]),
  );
  return { known: sumOf(known), present: sumOf(present), causes };
}

/** An instant by which everything told so far is known, and nothing that is told afterwards. */
async function meanwhile(told: World): Promise<string> {
  await told.settled();
  return told.now();
}

/** Questions about what was known at an instant. */
export const asOf: Example[] = [
  {
    name: 'D-04 a customer given to another partner in hindsight: who earned as was known then, and who earns as is known now',
    async play(start) {
      const told = await start();
      for (const name of ['a', 'b']) await told.partner(name);
      await told.deal('a', [percent('0.10')]);
      await told.deal('b', [percent('0.20')]);
      // The first sale names a click of the first partner's and binds the customer; the second names nobody.
      const clickId = await told.click('a');
      const before = await told.event({ by: null, clickId, customer: 'x', amount: 10_000, at: '03-05' });
      const after = await told.event({ by: null, customer: 'x', amount: 10_000, at: '03-12' });
      const then = await meanwhile(told);
      expect(await march(told, 'a', then)).toEqual({ known: 2_000, present: 2_000, causes: [] });

      const customerId = await told.customerOf(before);
      const given = { partnerId: told.id('b'), effectiveFrom: '2026-03-10T00:00:00.000Z', reason: 'agreed' };
      await told.ofCustomer(customerId, 'reassignments', given);
      const now = await meanwhile(told);
      const moved = (amount: number) => [['reattribution', 'conversion', after, amount]];
      expect(await march(told, 'a', then)).toEqual({ known: 2_000, present: 1_000, causes: moved(-1_000) });
      expect(await march(told, 'b', then)).toEqual({ known: 0, present: 2_000, causes: moved(2_000) });
      for (const [name, owed] of Object.entries({ a: 1_000, b: 2_000 }))
        expect(await march(told, name, now)).toEqual({ known: owed, present: owed, causes: [] });
      expect([await told.earns(before), await told.earns(after)]).toEqual([{ a: 1_000 }, { a: 0, b: 2_000 }]);
      await told.allExplained();
    },
  },
  {
    name: 'D-04 who managed a partner on a day, as was known then and as is known now',
    async play(start) {
      const told = await start();
      const partnerId = await told.partner('a');
      const managed = (value: string, effectiveFrom: string) => told.post(`/partners/${partnerId}/manager`, { value, effectiveFrom });
      await managed('key_first', '2026-02-01T00:00:00.000Z');
      const then = await meanwhile(told);
      await managed('key_second', '2026-03-10T00:00:00.000Z');
      const manager = async (search: string) =>
        (await told.admin.expect(200, 'GET', `/api/v1/partners/${partnerId}?asOf=${search}`)).managerId;
      const days = ['2026-01-31T00:00:00.000Z', '2026-03-09T23:59:59.999Z', '2026-03-10T00:00:00.000Z'];
      expect(await Promise.all(days.map((day) => manager(day)))).toEqual([null, 'key_first', 'key_second']);
      expect(await Promise.all(days.map((day) => manager(`${day}&knownAt=${then}`)))).toEqual([null, 'key_first', 'key_first']);
    },
  },
];
