import { expect } from '@jest/globals';
import { verifyBundle } from '@tributary/evidence';
import { eventually } from '@tributary/testkit';
import { client, type Json } from '../client.js';
import { payOut } from './pay-out.js';
import { percent, when } from './terms.js';
import { addresses } from './verdict-service.js';
import type { Example } from './world.js';

/** Rules that judge, and what becomes of what they find, over HTTP alone. */
export const risk: Example[] = [
  {
    name: 'F-09 F-04 F-07 D-10 conversions within seconds of their clicks are held before anything approves them, and fraud rejects them',
    async play(start) {
      const told = await start({ policy: { autoApproveUpTo: 5_000, financeThreshold: 1_000_000 } });
      for (const name of ['a', 'b']) {
        await told.partner(name);
        await told.deal(name, [percent('0.10')]);
      }
      const brandId = told.brands.get('main')?.id;
      const key = await told.post('/api-keys', { name: 'second', roles: ['programme-manager'] });
      const second = client(told.url, key.key);
      const quick = { rule: 'click-to-conversion-time', parameters: { withinSeconds: 5, atLeast: 3 }, action: 'hold' };
      // An agent's own browser says nothing of where it comes from: no referrer is banned, and none is unknown.
      const coupons = { rule: 'banned-referrer', parameters: { patterns: ['*.coupons.example'] }, action: 'hold' };
      const { version } = await told.post(`/brands/${brandId}/risk-rule-sets`, { rules: [quick, coupons], reason: 'a wave of clicks' });
      const activation = `/api/v1/brands/${brandId}/risk-rule-sets/${version}/activation`;
      expect((await told.admin.expect(403, 'POST', activation, {})).code).toBe('four-eyes');
      await second.expect(201, 'POST', activation, {});

      const statuses = async (conversionIds: readonly string[]) => {
        await told.settled();
        const found = await Promise.all(
          conversionIds.map(async (id) => (await told.admin.expect(200, 'GET', `/api/v1/approvals?conversionId=${id}`)).data[0]?.status),
        );
        return [...new Set(found)];
      };
      const clicked = await told.clicks('a', ['v1', 'v2', 'v3', 'v4']);
      const at = await told.now();
      const bought = await told.events(clicked.map((clickId) => ({ by: null, clickId, at, amount: 10_000 })));
      const slow = await told.events([{ by: 'b', amount: 10_000 }]);
      expect(await statuses(bought)).toEqual(['held']);
      expect(await statuses(slow)).toEqual(['approved']);

      const [found, ...others] = (await told.admin.expect(200, 'GET', `/api/v1/risk-cases?brandId=${brandId}`)).data;
      expect([found.rule, found.partnerId, found.hits, others]).toEqual(['click-to-conversion-time', told.id('a'), 4, []]);
      const resolution = { resolution: 'fraud', reason: 'a script' };
      await second.expect(200, 'POST', `/api/v1/risk-cases/${found.id}/resolution`, resolution);
      expect(await statuses(bought)).toEqual(['rejected']);
      await told.allExplained();
    },
  },
  {
    name: 'F-10 a sale through a VPN earns nothing where the country matters, also when that is told late; unknown is never a no',
    async play(start) {
      const told = await start({ policy: { autoApproveUpTo: 5_000, financeThreshold: 1_000_000 } });
      const german = when('country', '=', 'DE');
      for (const [name, qualify] of Object.entries({ a: { rule: german }, b: { rule: german, refusedNetworks: [] }, c: {} })) {
        await told.partner(name);
        await told.deal(name, [percent('0.10', { qualify })]);
      }
      const brandId = told.brands.get('main')?.id;
      const sale = { amount: 10_000, details: { country: 'DE' } };
      const came = (subjectId: string, ip: string, at: string) =>
        told.post('/risk-signals', { brandId, subjectId, ip, seenAt: `2026-${at}T12:00:00.000Z` });
      const sales = await told.events([
        ...['a', 'b', 'c', 'a', 'a'].map((by) => ({ ...sale, by })),
        ...['03-10', '03-20'].map((at) => ({ ...sale, customer: 'anna', at })),
      ]);
      const [hidden = '', open = '', plain = '', home = '', unknown = '', before = '', after = ''] = sales;
      const earnings = () => Promise.all(sales.map(async (one) => Object.values(await told.earns(one))[0]));
      expect(await earnings()).toEqual([1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000]);
      for (const one of [hidden, open, plain]) await came(one, addresses.vpn, '03-15');
      await came(home, addresses.home, '03-15');
      await came(unknown, addresses.away, '03-15');
      // From then on he was seen there.
      await came(await told.customerOf(before), addresses.vpn, '03-15');
      expect(await earnings()).toEqual([0, 1_000, 1_000, 1_000, 1_000, 1_000, 0]);
      expect([await told.outcome(hidden), await told.outcome(after)]).toEqual(Array(2).fill(['zero-commission', 'network-refused']));

      const taken = (await told.entries()).find(({ conversionId, amount }) => conversionId === hidden && amount < 0);
      const { explanation } = await told.explanation(taken?.id);
      expect(explanation.fold.rules.at(-1)).toMatchObject({ rule: 'network', passed: false });
      expect(explanation.fold.rules.at(-1).detail).toMatch(/came from vpn at 2026-03-15T12:00:00.000Z \(verdict rsg_/);
      expect(explanation.fold.inputs.circumstances.network).toMatchObject({ subjectId: hidden, network: 'vpn', country: 'NL' });
      await told.allExplained();
      const { data } = await told.admin.expect(200, 'GET', `/api/v1/audit/records?subject=${hidden}&limit=100`);
      expect(JSON.stringify(data)).not.toContain(addresses.vpn);
      expect(data.map(({ event }: Json) => event.type)).toContain('approvals.network-verdict.recorded.v1');

      // What is left is paid, and proved without the platform.
      const payouts = await payOut(told);
      expect(payouts.map(({ amount }) => amount).sort()).toEqual([1_000, 1_000, 3_000]);
      const { keys } = await told.admin.expect(200, 'GET', '/api/v1/evidence-keys');
      for (const { id, amount, partnerId } of payouts) {
        const bundle = await eventually('the archive has all that the evidence needs', async () => {
          const answer = await told.admin.call('GET', `/api/v1/payouts/${id}/evidence`);
          if (answer.status === 409) throw new Error(answer.text);
          return answer.text;
        });
        const verdict = verifyBundle(Buffer.from(bundle), { publicKey: keys[0].publicKeyPem });
        expect(verdict).toMatchObject({ holds: true, problems: [], amount });
        if (partnerId !== told.id('a')) continue;
        expect(bundle).toContain('"network":"vpn"');
        expect(verdict.notes).toContain(`of the network of ${unknown} nothing was known, as stated`);
      }
    },
  },
];
