import { expect } from '@jest/globals';
import { client } from '../client.js';
import { percent } from './terms.js';
import type { Example, World } from './world.js';

const later = (now: string, days: number): string => new Date(Date.parse(now) + days * 86_400_000).toISOString();

async function withClicks(told: World, ...names: string[]): Promise<void> {
  for (const name of names) {
    await told.partner(name);
    await told.deal(name, [percent('0.10')]);
  }
}

const attributionOf = async (told: World, conversionId: string) => (await told.conversion(conversionId)).attribution;

export const attribution: Example[] = [
  {
    name: 'WE-47 a window of 30 days, an order after 45: nothing, and recorded as outside the window',
    async play(start) {
      const told = await start({ policy: { attributionWindowDays: 30 } });
      await withClicks(told, 'a');
      const clickId = await told.click('a');
      const clicked = await told.now();
      await told.moveClock(later(clicked, 45));
      const order = await told.event({ by: null, clickId, amount: 10_000, at: later(clicked, 45) });
      expect(await told.outcome(order)).toEqual(['zero-commission', 'outside-window']);
      expect(await told.entries()).toEqual([]);
      const inTime = await told.event({ by: null, clickId, amount: 10_000, at: later(clicked, 29.9) });
      expect(await told.earns(inTime)).toEqual({ a: 1_000 });
      await told.allExplained();
    },
  },
  {
    name: 'WE-48 the window limits the bind of a customer, not what the customer buys later',
    async play(start) {
      const told = await start({ policy: { attributionWindowDays: 30 } });
      await withClicks(told, 'a');
      const clickId = await told.click('a');
      const clicked = await told.now();
      await told.event({ by: null, clickId, customer: 'x', kind: 'lead', at: clicked });
      await told.moveClock(later(clicked, 60));
      const order = await told.event({ by: null, customer: 'x', amount: 10_000, at: later(clicked, 60) });
      expect(await told.earns(order)).toEqual({ a: 1_000 });
      await told.allExplained();
    },
  },
  {
    name: 'WE-49 postbacks X 120, X 121, X 120 again: two conversions worth 20.00; Y without an id twice: one',
    async play(start) {
      const told = await start();
      await withClicks(told, 'a');
      const [x, y] = [await told.click('a'), await told.click('a')];
      const postback = async (clickId: string, txid: string) => {
        const path = `/postback?click_id=${clickId}&event=sale&amount=10.00&currency=EUR${txid}`;
        return (await client(told.url, undefined).expect(200, 'GET', path)).outcome;
      };
      expect([await postback(x, '&txid=120'), await postback(x, '&txid=121'), await postback(x, '&txid=120')]).toEqual([
        'accepted',
        'accepted',
        'duplicate',
      ]);
      expect(await told.total()).toBe(200);
      expect([await postback(y, ''), await postback(y, '')]).toEqual(['accepted', 'duplicate']);
      expect((await told.entries()).map(({ amount }) => amount)).toEqual([100, 100, 100]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-50 click A, click B, order: the last click earns, the customer stays with the first; both touches are stored',
    async play(start) {
      const told = await start({ policy: { attributionWindowDays: 90 } });
      await withClicks(told, 'a', 'b');
      const first = await told.click('a');
      await told.event({ by: null, clickId: first, customer: 'x', kind: 'lead', at: await told.now() });
      await told.moveClock(later(await told.now(), 20));
      const last = await told.click('b');
      await told.moveClock(later(await told.now(), 5));
      const now = await told.now();
      const [byClick = '', byCustomer = ''] = await told.events([
        { by: null, clickId: last, customer: 'x', amount: 10_000, at: now },
        { by: null, customer: 'x', amount: 10_000, at: now },
      ]);
      expect([await told.earns(byClick), await told.earns(byCustomer)]).toEqual([{ b: 1_000 }, { a: 1_000 }]);
      const touches = (await attributionOf(told, byClick)).touches.map(({ partnerId }: { partnerId: string }) => partnerId);
      expect(touches).toEqual([told.id('a'), told.id('b')]);
      await told.allExplained();
    },
  },
];
