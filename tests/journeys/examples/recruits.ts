import { expect } from '@jest/globals';
import { eventually } from '@tributary/testkit';
import { client } from '../client.js';
import { below, flat, percent } from './terms.js';
import type { Example } from './world.js';

/** Bonuses for recruits, and commissions that somebody holds. */
export const recruits: Example[] = [
  {
    name: 'M-22 20.00 for each recruit on its approval, without anybody reporting it; taken back when the event is',
    async play(start) {
      const told = await start({ policy: { enrollmentsAreEvents: true } });
      await told.partner('referrer');
      await told.deal('referrer', [flat('enrollment', 2_000, { name: 'recruit', ...below() })]);
      const brandId = told.brands.get('main')?.id;
      const recruit = async (name: string, parentId?: string): Promise<string> => {
        const { id } = await told.post('/partners', { name, email: `${name}@example.com`, ...(parentId ? { parentId } : {}) });
        return (await told.post(`/partners/${id}/enrollments`, { brandId })).id;
      };
      const enrolments = [
        await recruit('first', told.id('referrer')),
        await recruit('second', told.id('referrer')),
        await recruit('other'),
      ];
      await eventually('both recruits have been paid for', async () => (await told.total('referrer')) >= 4_000, 60_000);
      const entries = await told.entries();
      expect(entries.map(({ partnerId, amount }) => [partnerId, amount])).toEqual(Array(2).fill([told.id('referrer'), 2_000]));
      const conversions = await Promise.all(entries.map(({ conversionId }) => told.conversion(conversionId)));
      expect(new Set(conversions.map(({ eventId }) => eventId))).toEqual(new Set(enrolments.slice(0, 2).map((id) => `enrollment:${id}`)));
      await told.allExplained();
      const refund = { type: 'refund', eventId: 'not-ours', originalEventId: conversions[0]?.eventId, currency: 'EUR', amount: 1 };
      await told.report([{ ...refund, brandId, occurredAt: '2027-03-01T00:00:00.000Z' }]);
      await eventually('it is taken back', async () => (await told.total('referrer')) === 2_000, 60_000);
      await told.allExplained();
    },
  },
  {
    name: 'M-22 20.00 once a recruit has earned 100.00, reversed when refunds within 30 days bring it back below',
    async play(start) {
      const told = await start();
      await told.line('recruit', 'referrer');
      await told.deal('recruit', [percent('0.10')]);
      const milestone = { earned: 10_000, reversibleDays: 30 };
      await told.deal('referrer', [flat('sale', 2_000, { name: 'recruit', ...below({ of: 'commission', milestone }) })]);
      const [first = '', second = ''] = await told.events([
        { by: 'recruit', at: '03-01', amount: 60_000 },
        { by: 'recruit', at: '03-20', amount: 60_000 },
      ]);
      expect([await told.total('recruit'), await told.earns(second)]).toEqual([12_000, { recruit: 6_000, referrer: 2_000 }]);
      // A sale of before, told late: the bonus moves to the sale that had reached it already.
      await told.event({ by: 'recruit', at: '02-15', amount: 45_000 });
      expect([await told.earns(first), await told.earns(second)]).toEqual([
        { recruit: 6_000, referrer: 2_000 },
        { recruit: 6_000, referrer: 0 },
      ]);
      await told.refund(first, 10_000, { at: '03-30' });
      expect([await told.earns(first), await told.earns(second)]).toEqual([
        { recruit: 5_000, referrer: 0 },
        { recruit: 6_000, referrer: 2_000 },
      ]);
      await told.refund(second, 60_000, { at: '04-19' });
      expect(await told.total('referrer')).toBe(0);
      await told.event({ by: 'recruit', at: '05-01', amount: 5_000 });
      expect(await told.total('referrer')).toBe(2_000);
      await told.allExplained();
    },
  },
  {
    name: 'T-46 a commission held while it is pending is neither payable nor approved by the policy until the hold is decided',
    async play(start) {
      const told = await start({ policy: { autoApproveUpTo: 0, financeThreshold: 1_000_000 } });
      await told.partner('a');
      await told.deal('a', [percent('0.10')]);
      await told.event({ amount: 10_000 });
      const [entry] = await told.entries();
      const ofEntry = await told.admin.expect(200, 'GET', `/api/v1/approvals?entryId=${entry?.id}`);
      const approvalId = ofEntry.data[0]?.id;
      const decision = (body: object, status = 200) => told.admin.expect(status, 'POST', `/api/v1/approvals/${approvalId}/decision`, body);
      await decision({ decision: 'hold', reason: 'the same device as the partner' });
      const status = async () => (await told.entries())[0]?.status;
      const balance = async () => (await told.admin.expect(200, 'GET', `/api/v1/partners/${told.id('a')}/balance`)).balances;
      expect(await status()).toBe('held');
      expect(await balance()).toMatchObject([{ held: 1_000, payable: 0 }]);
      await decision({ decision: 'reject', reason: 'it was the partner' });
      expect(await status()).toBe('rejected');
      await decision({ decision: 'approve' }, 409);
    },
  },
  {
    name: 'T-46 a risk hit holds a pending commission, and one reported before the commission is known holds it from the start',
    async play(start) {
      const told = await start({ policy: { autoApproveUpTo: 5_000, financeThreshold: 1_000_000 } });
      await told.partner('a');
      await told.partner('b');
      await told.deal('a', [percent('0.10')]);
      const brandId = told.brands.get('main')?.id;
      const report = (conversionId: string, rule = 'same-device') =>
        told.post('/risk-hits', { brandId, conversionId, rule, detail: 'the buyer is at the partner’s address' });
      const balance = async (name: string) => {
        await told.settled();
        return (await told.admin.expect(200, 'GET', `/api/v1/partners/${told.id(name)}/balance`)).balances;
      };
      const approvalOf = async (conversionId: string) => {
        await told.settled();
        return (await told.admin.expect(200, 'GET', `/api/v1/approvals?conversionId=${conversionId}`)).data[0];
      };
      const key = await told.post('/api-keys', { name: 'manager', roles: ['programme-manager'] });
      const manager = client(told.url, key.key);
      const decide = async (conversionId: string, body: object, status = 200, by = manager) =>
        by.expect(status, 'POST', `/api/v1/approvals/${(await approvalOf(conversionId)).id}/decision`, body);

      // The entry first: 100.00 waits for a manager, and the hit finds it.
      const pending = await told.event({ amount: 100_000 });
      expect(await approvalOf(pending)).toMatchObject({ status: 'waiting', needs: 'manager' });
      expect((await report(pending)).held).toEqual([(await approvalOf(pending)).id]);
      expect(await balance('a')).toMatchObject([{ held: 10_000, payable: 0 }]);
      expect((await told.entries()).map(({ status }) => status)).toEqual(['held']);
      expect((await report(pending)).held).toEqual([(await approvalOf(pending)).id]);

      // The hit first: nothing is earned yet, and what the deal earns later would approve itself without the hit.
      const early = await told.event({ by: 'b', amount: 10_000 });
      const hit = await report(early);
      expect(hit.held).toEqual([]);
      await told.deal('b', [percent('0.10')]);
      expect(await approvalOf(early)).toMatchObject({
        status: 'held',
        decidedBy: 'automatic',
        reason: 'risk hit: same-device',
        decisions: 1,
      });
      expect(await balance('b')).toMatchObject([{ held: 1_000, payable: 0 }]);
      const free = await told.event({ by: 'b', amount: 10_000 });
      expect(await approvalOf(free)).toMatchObject({ status: 'approved', decidedBy: 'automatic' });

      // The event and the hit on its heels, whichever message arrives first.
      const raced = await told.events(Array.from({ length: 10 }, () => ({ by: 'a', amount: 100_000 })));
      await Promise.all(raced.map((conversionId) => report(conversionId)));
      for (const conversionId of raced) expect(await approvalOf(conversionId)).toMatchObject({ status: 'held', decisions: 1 });

      expect((await decide(early, { decision: 'approve' }, 422)).code).toBe('reason-required');
      expect((await decide(early, { decision: 'approve', reason: 'I was wrong' }, 403, told.admin)).code).toBe('four-eyes');
      await decide(early, { decision: 'approve', reason: 'another flat in the same house' });
      expect(await balance('b')).toMatchObject([{ held: 0, payable: 2_000 }]);
      await decide(pending, { decision: 'reject', reason: 'it was the partner' });
      expect((await approvalOf(pending)).status).toBe('rejected');
      await told.allExplained();
    },
  },
];
