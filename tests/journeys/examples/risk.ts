import { expect } from '@jest/globals';
import { client } from '../client.js';
import { percent } from './terms.js';
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
];
