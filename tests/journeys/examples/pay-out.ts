import { eventually } from '@tributary/testkit';
import { client, type Json } from '../client.js';
import type { World } from './world.js';

/** Pays what is payable at the brand: one builds the run, another approves it, and it settles. Answers with its payouts. */
export async function payOut(told: World): Promise<Json[]> {
  const run = await told.post('/payout-runs', { brandIds: [told.brands.get('main')?.id], currency: 'EUR' });
  const finance = client(told.url, (await told.post('/api-keys', { name: 'finance', roles: ['finance-approver'] })).key);
  if (run.stages.length > 1) {
    const manager = client(told.url, (await told.post('/api-keys', { name: 'manager', roles: ['programme-manager'] })).key);
    await manager.expect(200, 'POST', `/api/v1/payout-runs/${run.id}/approve`);
  }
  await finance.expect(200, 'POST', `/api/v1/payout-runs/${run.id}/approve`);
  await finance.expect(202, 'POST', `/api/v1/payout-runs/${run.id}/submit`);
  const payouts = async (): Promise<Json[]> => (await told.admin.expect(200, 'GET', `/api/v1/payouts?runId=${run.id}`)).data;
  await eventually('it is paid', async () => (await payouts()).every(({ status }) => status === 'settled'), 60_000);
  await told.settled();
  return payouts();
}
