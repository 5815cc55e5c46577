import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { ProviderDouble } from './provider-double.js';
import { payBy } from './provider-world.js';
import { balanceOf, partnerChanged, settle, start } from './world.js';

// One payout between two commits, so that the world can change between them.

const double = new ProviderDouble();
/** Called when a rail has answered for so many payouts. */
let onAnswer: ((answered: number) => Promise<void>) | undefined;
let answered = 0;
let s: TestService<PrismaClient>;
beforeAll(async () => {
  const url = await double.start();
  s = await startTestService(
    (environment) =>
      compose(environment, {
        settings: { paypalUrl: url, stripeUrl: url, providerTimeoutMs: 300, payoutsPerBatch: 1 },
        wrapRail: (rail) => ({
          ...rail,
          async submit(instructions, now) {
            const answers = await rail.submit(instructions, now);
            answered += instructions.length;
            await onAnswer?.(answered);
            return answers;
          },
        }),
      }),
    { now: start },
  );
});
afterAll(async () => {
  await s.stop();
  await double.stop();
});

test('FF10 partners who are suspended in the middle of a run: what was sent finishes, what was not is released', async () => {
  answered = 0;
  onAnswer = async (sent) => {
    if (sent !== 1) return;
    const partners = await s.sql<{ partner_id: string }>('SELECT partner_id FROM partner_profile');
    await s.deliver(...partners.map(({ partner_id: id }) => partnerChanged(id, 'suspended', 2)));
  };
  const { payouts } = await payBy(s, double, 'stripe', [200, 300, 400]);
  onAnswer = undefined;
  await settle(s);
  const states = await statesOf(payouts);
  expect(states.map(({ status }) => status).sort()).toEqual(['failed', 'failed', 'settled']);
  expect(new Set(states.map(({ reason }) => reason))).toEqual(new Set([null, 'the partner is not active']));
  expect(double.moneyOut).toHaveLength(1);
  for (const [index, { amount, partnerId }] of payouts.entries()) {
    const paid = states[index]?.status === 'settled';
    expect(await balanceOf(s, partnerId)).toMatchObject(paid ? { paid: amount, payable: 0 } : { paid: 0, payable: amount });
  }
});

test.each(['stripe', 'paypal'] as const)(
  'FF13 funds that do not suffice, %s: the first payouts are paid, nothing after the first refusal is even tried',
  async (rail) => {
    const before = double.moneyOut.length;
    answered = 0;
    onAnswer = async (sent) => {
      // The second one is refused; a provider would take the smaller third.
      if (sent === 1) double.faults.push('reject');
    };
    const { payouts } = await payBy(s, double, rail, [200, 900, 100]);
    onAnswer = undefined;
    await settle(s);
    const inOrder = (await statesOf(payouts)).sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(inOrder.map(({ status }) => status)).toEqual(['settled', 'failed', 'failed']);
    expect(inOrder[2]?.reason).toBe('the funds of the brand do not suffice');
    expect(double.moneyOut.slice(before).map(({ payoutId }) => payoutId)).toEqual([inOrder[0]?.id]);
    expect(answered).toBe(2);
    for (const { id, amount, partnerId } of payouts)
      expect(await balanceOf(s, partnerId)).toMatchObject(id === inOrder[0]?.id ? { paid: amount } : { paid: 0, payable: amount });
  },
);

async function statesOf(payouts: readonly { id: string }[]): Promise<{ id: string; status: string; reason: string | null }[]> {
  return Promise.all(payouts.map(async ({ id }) => (await s.request().get(`/api/v1/payouts/${id}`).expect(200)).body));
}
