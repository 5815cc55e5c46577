import { newId } from '@tributary/contracts';
import type { TestService } from '@tributary/testkit';
import type { Fault, ProviderDouble } from './provider-double.js';
import { addMethod, brandChanged, buildRun, earned, partnerChanged, sendOut } from './world.js';

export const funding = {
  stripe: { name: 'Brand', secretKey: 'sk_test_123456', webhookSecret: 'whsec_123456' },
  paypal: { name: 'Brand', clientId: 'client-123456', clientSecret: 'secret-123456', webhookId: 'WH-123456' },
};
export type Name = keyof typeof funding;
const accountOf = (rail: Name, index: number) =>
  rail === 'stripe' ? { name: 'Ada', accountId: `acct_${index}Ada` } : { name: 'Ada', email: `ada${index}@example.com` };

export interface PaidWorld {
  brandId: string;
  runId: string;
  fundingAccountId: string;
  payouts: { id: string; amount: number; partnerId: string }[];
}

/** Payouts of these amounts, sent out while these things go wrong. */
export async function payBy(
  s: TestService<unknown>,
  double: ProviderDouble,
  rail: Name,
  amounts: readonly number[],
  ...faults: Fault[]
): Promise<PaidWorld> {
  const brandId = newId('brand');
  await s.deliver(brandChanged(brandId));
  const account = await s.request().post(`/api/v1/brands/${brandId}/funding-accounts`).send({ rail, account: funding[rail] }).expect(201);
  for (const [index, amount] of amounts.entries()) {
    const partnerId = newId('partner');
    await s.deliver(partnerChanged(partnerId));
    await addMethod(s, partnerId, { kind: rail, account: accountOf(rail, index) });
    await earned(s, { brandId, partnerId }, amount);
  }
  const run = await buildRun(s, { brandIds: [brandId] });
  double.faults.push(...faults);
  await sendOut(s, run);
  const payouts = (run.payouts as unknown as PaidWorld['payouts']).sort((a, b) => a.amount - b.amount);
  return { brandId, runId: run.id, fundingAccountId: account.body.id, payouts };
}
