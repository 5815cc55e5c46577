import { expect } from '@jest/globals';
import { client, type Json } from '../client.js';
import { payOut } from './pay-out.js';
import { below, flat, percent, perUnit, sum, times } from './terms.js';
import type { Example, World } from './world.js';

/** A visitor of a browser of his own follows a link; answers with the click's id. */
async function follow(told: World, url: string, visitor: string): Promise<string> {
  const headers = { 'user-agent': `Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0 ${visitor}` };
  const answer = await client(told.url, undefined).call('GET', new URL(url).pathname, undefined, headers);
  return new URL(answer.headers.get('location') ?? '').searchParams.get('click_id') ?? '';
}

const share = {
  name: 'share',
  on: 'player-activity',
  model: 'revshare',
  rate: '0.25',
  waterfall: { name: 'net-revenue', version: 1, lines: [] },
  carryover: { policy: 'none' },
};

/** What comes of deals that change, and of customers that stay. These move the clock: they are played last. */
export const lifeOfADeal: Example[] = [
  {
    name: 'T-01 T-03 a deal goes from CPA to hybrid to revenue share: the link and its postbacks stay, each event is rated as of its time, one report spans all',
    async play(start) {
      const told = await start();
      await told.partner('a');
      const key = await told.post('/api-keys', { name: 'manager', roles: ['programme-manager'] });
      const manager = client(told.url, key.key);
      const deal = await told.deal('a', [flat('first-deposit', 5_000, { name: 'cpa' })]);
      const place = { partnerId: told.id('a'), brandId: told.brands.get('main')?.id };
      const link = await told.post('/links', { ...place, destinationUrl: 'https://shop.example/' });
      const amend = (version: number, effectiveFrom: string, components: readonly object[]): Promise<Json> =>
        manager.expect(
          201,
          'POST',
          `/api/v1/deals/${deal.id}/amendments`,
          { effectiveFrom, terms: { components }, reason: 'as agreed' },
          { 'if-match': `"${version}"` },
        );
      /** The same in each stretch: a visitor by the link deposits, which a postback tells, and then plays, which the brand tells. */
      const stretch = async (visitor: string): Promise<string[]> => {
        const clickId = await follow(told, link.url, visitor);
        const postback = `/postback?click_id=${clickId}&event=first-deposit&amount=200.00&currency=EUR`;
        const deposit = await client(told.url, undefined).expect(200, 'GET', postback);
        const details = { currency: 'EUR', grossRevenue: 10_000 };
        const played = await told.event({ kind: 'player-activity', by: null, clickId, customer: visitor, at: await told.now(), details });
        return [deposit.conversionId, played];
      };

      await told.moveClock('2027-04-10T12:00:00.000Z');
      const [cpa = ''] = await stretch('april');
      const second = await amend(1, '2027-05-01T00:00:00.000Z', [
        { name: 'hybrid', on: 'first-deposit', model: 'flat-plus-percentage', amount: 2_000, rate: '0.10' },
      ]);
      await told.moveClock('2027-05-10T12:00:00.000Z');
      const [hybrid = ''] = await stretch('may');
      await amend(second.version, '2027-06-01T00:00:00.000Z', [share]);
      await told.moveClock('2027-06-10T12:00:00.000Z');
      await stretch('june');
      // Of the first stretch, and told only now.
      const late = await told.event({ kind: 'first-deposit', by: null, customer: 'april', at: '2027-04-20T12:00:00.000Z', amount: 20_000 });
      await told.moveClock('2027-07-05T12:00:00.000Z');
      await told.close('2027-06');

      const entries = await told.entries();
      const rated = (entry: Json) => [entry.conversionId, entry.component, entry.dealId, entry.dealVersion, entry.amount];
      const expected = [
        [cpa, 'cpa', deal.id, 1, 5_000],
        [hybrid, 'hybrid', deal.id, 2, 4_000],
        [late, 'cpa', deal.id, 1, 5_000],
        [null, 'share', deal.id, 3, 2_500],
      ];
      expect(entries.map(rated)).toEqual(expected);
      const links = await told.admin.expect(200, 'GET', `/api/v1/links?partnerId=${place.partnerId}`);
      expect(links.data).toEqual([link]);

      const report = `/api/v1/commissions/consolidated?partnerId=${place.partnerId}&currency=EUR`;
      const spanning = await told.admin.expect(200, 'GET', `${report}&from=2027-04-01T00:00:00Z&to=2027-07-05T00:00:00Z`);
      expect(spanning.brands).toMatchObject([{ brandId: place.brandId, entries: 4, amount: 16_500 }]);
      expect(spanning.total).toBe(16_500);
      const list = `/api/v1/commissions?partnerId=${place.partnerId}&from=2027-04-01T00:00:00Z&to=2027-07-05T00:00:00Z`;
      const listed = (await told.admin.expect(200, 'GET', list)).data;
      expect(listed.map(rated).sort()).toEqual([...expected].sort());
      await told.allExplained();
    },
  },
  {
    name: 'T-44 each purchase of a trader is the first referrer’s, at 15, 10 and 5 %, whoever is named with the later ones and whatever he clicks between',
    async play(start) {
      const told = await start();
      const rates = { rates: ['0.15', '0.10', '0.05'], beyond: 'nothing' };
      for (const name of ['a', 'b']) {
        await told.partner(name);
        await told.deal(name, [percent('0', { on: 'challenge-purchase', byOrdinal: rates })]);
      }
      const purchase = async (rest: object): Promise<string> =>
        told.event({ kind: 'challenge-purchase', customer: 'trader', by: null, amount: 10_000, at: await told.now(), ...rest });
      const [clickId] = await told.clicks('a', ['trader']);
      const first = await purchase({ clickId });
      await told.clicks('b', ['trader']);
      const second = await purchase({ by: 'b' });
      const third = await purchase({});
      expect(await Promise.all([first, second, third].map(told.earns))).toEqual([{ a: 1_500 }, { a: 1_000 }, { a: 500 }]);
      const methods = await Promise.all([first, second, third].map(async (id) => (await told.conversion(id)).attribution.method));
      expect(methods).toEqual(['click', 'customer', 'customer']);
      await told.allExplained();
    },
  },
  {
    name: 'M-21 five rebates of 0.004 out of the share of the introducing broker: approved together, 0.02 is paid, and all together never more than the share',
    async play(start) {
      const [rebate, commission] = [perUnit('0.4', { name: 'rebate', subCent: 'accumulate' }), perUnit(10, { name: 'commission' })];
      // The client is the trader, and what he gets is taken off the broker's; or the broker is told the trade, and gives away of it.
      const takenOff = { ...commission, subCent: 'accumulate', ...below({ lessPaidBelow: true }) };
      const givenAway = { ...rebate, ...below({ funding: 'downline' }) };
      await approvedTogether(await start(waiting), ['client', 'broker'], { client: rebate, broker: takenOff });
      await approvedTogether(await start(waiting), ['broker', 'client'], { client: givenAway, broker: commission });
    },
  },
];

const waiting = { policy: { autoApproveUpTo: 0, financeThreshold: 1_000_000 } };

/** Five trades of one lot: 0.10 each for the broker and his client together. */
async function approvedTogether(told: World, upwards: readonly string[], deals: Record<string, Record<string, unknown>>): Promise<void> {
  await told.line(...upwards);
  for (const [name, component] of Object.entries(deals)) await told.deal(name, [component]);
  await told.events(times(5, () => ({ kind: 'trade', by: upwards[0] ?? '', details: { lots: '1' } })));
  expect([await told.total('client'), await told.total('broker')]).toEqual([2, 48]);
  const balance = async () => (await told.admin.expect(200, 'GET', `/api/v1/partners/${told.id('client')}/balance`)).balances;
  expect(await balance()).toMatchObject([{ payable: 0 }]);

  // Who wrote the deal does not approve what it earns.
  const key = await told.post('/api-keys', { name: 'manager', roles: ['programme-manager'] });
  const manager = client(told.url, key.key);
  const { data } = await told.admin.expect(200, 'GET', `/api/v1/approvals?partnerId=${told.id('client')}&limit=500`);
  expect(sum(data.map(({ amount }: Json) => amount))).toBe(2);
  for (const { id } of data) await manager.expect(200, 'POST', `/api/v1/approvals/${id}/decision`, { decision: 'approve' });
  await told.settled();
  expect(await balance()).toMatchObject([{ payable: 2 }]);

  expect(await payOut(told)).toMatchObject([{ partnerId: told.id('client'), amount: 2 }]);
  expect(await balance()).toMatchObject([{ paid: 2 }]);
  await told.allExplained();
}
