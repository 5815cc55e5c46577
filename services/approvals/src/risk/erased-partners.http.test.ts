import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { anEvent, startTestService, type TestService } from '@tributary/testkit';
import { type Facts, riskDesk } from '../../test/risk-facts.js';
import { compose } from '../composition.js';

let approvals: TestService;
let desk: ReturnType<typeof riskDesk>;
beforeAll(async () => {
  approvals = await startTestService(compose, { now: new Date('2026-03-01T12:00:00Z') });
  desk = riskDesk(approvals);
});
afterAll(() => approvals.stop());

const methodOf = (partnerId: string, payoutMethodId: string, sequence: number) =>
  anEvent(
    'payouts.payout-method.changed.v1',
    {
      payoutMethodId,
      partnerId,
      kind: 'bank-account' as const,
      brandIds: [],
      accountHmac: `of the account of ${partnerId}`,
      status: sequence > 1 ? ('disabled' as const) : ('active' as const),
      usableFrom: '2026-03-01T00:00:00.000Z',
      changedBy: 'usr_builder',
      changedAt: '2026-03-01T00:00:00.000Z',
    },
    { subject: payoutMethodId, sequence },
  );
const erased = (subjectId: string) =>
  anEvent(
    'directory.subject.erased.v1',
    { erasureId: newId('erasure'), subjectKind: 'partner' as const, subjectId, erasedAt: '2026-03-01T12:00:00.000Z' },
    { subject: subjectId },
  );
const signalsOf = (partnerId: string) => approvals.sql('SELECT kind FROM risk_signal WHERE subject_id = $1', [partnerId]);
const accountsOf = async (partnerId: string) =>
  (await approvals.sql<{ hmac: string }>('SELECT account_hmac AS hmac FROM risk_account WHERE partner_id = $1', [partnerId])).map(
    ({ hmac }) => hmac,
  );
const known = async (): Promise<Facts> => {
  const facts = await desk.ruled([{ rule: 'self-referral', parameters: {} }]);
  await desk.signal(facts.brandId, facts.partnerId, { email: 'ada@example.com', device: 'device-1' }).expect(201);
  return facts;
};

test('INV-A4 FG10 of an erased partner no hash is left, whatever is told twice, late or after', async () => {
  const [facts, other] = [await known(), await known()];
  const method = newId('payoutMethod');
  await approvals.deliver(methodOf(facts.partnerId, method, 1), methodOf(other.partnerId, newId('payoutMethod'), 1));
  const gone = erased(facts.partnerId);
  await approvals.deliver(gone);
  await approvals.deliver(gone, methodOf(facts.partnerId, method, 2), methodOf(facts.partnerId, newId('payoutMethod'), 1));
  expect(await signalsOf(facts.partnerId)).toEqual([]);
  expect((await accountsOf(facts.partnerId)).every((hmac) => hmac.startsWith('erased pm_'))).toBe(true);
  await desk.signal(facts.brandId, facts.partnerId, { email: 'ada@example.com' }).expect(201);
  expect(await signalsOf(facts.partnerId)).toEqual([]);
  expect(await signalsOf(other.partnerId)).not.toEqual([]);
  expect(await accountsOf(other.partnerId)).toEqual([`of the account of ${other.partnerId}`]);
  await expect(approvals.db.pool.query('DELETE FROM risk_signal')).rejects.toThrow(/permission denied/);
});

test('F-06 INV-A4 what a ban rests on stays for as long as the ban does', async () => {
  const facts = await known();
  const { body } = await desk
    .as('key_desk')
    .post('/api/v1/network-bans')
    .send({ brandId: facts.brandId, partnerId: facts.partnerId, reason: 'fraud ring' })
    .expect(201);
  const decide = (decision: string, by: string) =>
    desk.as(by).post(`/api/v1/network-bans/${body.id}/decision`).send({ decision, reason: 'reviewed' }).expect(200);
  await decide('confirm', 'key_lead');
  const method = newId('payoutMethod');
  await approvals.deliver(methodOf(facts.partnerId, method, 1), erased(facts.partnerId));
  expect(await signalsOf(facts.partnerId)).not.toEqual([]);
  expect(await accountsOf(facts.partnerId)).toEqual([`of the account of ${facts.partnerId}`]);
  await decide('lift', 'key_lead_2');
  expect(await signalsOf(facts.partnerId)).toEqual([]);
  expect(await accountsOf(facts.partnerId)).toEqual([`erased ${method}`]);
});
