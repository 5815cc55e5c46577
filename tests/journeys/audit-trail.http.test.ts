import { afterEach, expect, test } from '@jest/globals';
import { compose as composeApprovals } from '@tributary/approvals/composition';
import { compose as composeCommission } from '@tributary/commission/composition';
import { newId } from '@tributary/contracts';
import { compose as composeDirectory } from '@tributary/directory/composition';
import type { Service, ServiceEnvironment } from '@tributary/service-kit';
import { anEvent, startTestService, type TestService } from '@tributary/testkit';

// The audit record of a change is its row in the outbox: audit archives what stands there, and nothing else can be archived.

let service: TestService | undefined;
afterEach(async () => {
  await service?.stop();
  service = undefined;
});

const [brandId, programId, partnerId] = [newId('brand'), newId('program'), newId('partner')];
const at = '2026-03-01T00:00:00.000Z';
const brand = anEvent('directory.brand.changed.v1', {
  brandId,
  name: 'Acme',
  slug: 'acme',
  currency: 'EUR',
  timeZone: 'UTC',
  status: 'active',
  defaultProgramId: programId,
  programIds: [programId],
  policy: { attributionWindowDays: 30, holdDays: 0, autoApproveUpTo: 0, financeThreshold: 1_000_000, minimumPayout: 0 },
  changedAt: at,
});
const partner = anEvent('directory.partner.changed.v1', {
  partnerId,
  type: 'affiliate',
  country: null,
  status: 'active',
  riskLevel: 'low',
  parentId: null,
  tags: [],
  contactCommitment: 'x',
  changedAt: at,
});
const enrollment = anEvent('directory.enrollment.changed.v1', {
  enrollmentId: newId('enrollment'),
  partnerId,
  brandId,
  programId,
  status: 'active',
  enrolledAt: at,
  changedAt: at,
});

/** Starts a service whose outbox takes nothing until `mended`. */
async function withBrokenOutbox(compose: (environment: ServiceEnvironment) => Promise<Service<never>>) {
  const started = await startTestService(compose, { now: new Date('2026-03-02T00:00:00Z') });
  service = started;
  const refuse =
    'CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION $m$no audit record today$m$; END $$';
  await started.sql(refuse);
  return {
    service: started,
    break: () => started.sql('CREATE TRIGGER broken BEFORE INSERT ON messaging.outbox FOR EACH ROW EXECUTE FUNCTION public.refuse()'),
    mend: () => started.sql('DROP TRIGGER broken ON messaging.outbox'),
  };
}

test('T-31 a change of who there is fails when its audit record cannot be written', async () => {
  const subject = await withBrokenOutbox(composeDirectory as never);
  const register = () =>
    subject.service.request().post('/api/v1/brands').send({ name: 'Acme', slug: 'acme', currency: 'EUR', timeZone: 'UTC' });
  await subject.break();
  await register().expect(500);
  expect(await subject.service.sql('SELECT 1 FROM brand')).toEqual([]);
  await subject.mend();
  await register().expect(201);
  expect(await subject.service.published('directory.brand.changed.v1')).toHaveLength(1);
});

test('T-31 a deal and its amendment fail when their audit record cannot be written', async () => {
  const subject = await withBrokenOutbox(composeCommission as never);
  await subject.service.deliver(brand, partner, enrollment);
  const terms = { components: [{ on: 'sale', model: 'percentage', rate: '0.10' }] };
  const deal = (
    await subject.service.request().post('/api/v1/deals').send({ partnerId, brandId, programId, effectiveFrom: at, terms }).expect(201)
  ).body;
  const amend = () =>
    subject.service
      .request()
      .post(`/api/v1/deals/${deal.id}/amendments`)
      .set('if-match', '"1"')
      .send({
        effectiveFrom: '2026-04-01T00:00:00.000Z',
        terms: { components: [{ on: 'sale', model: 'percentage', rate: '0.20' }] },
        reason: 'more',
      });
  await subject.break();
  await amend().expect(500);
  expect((await subject.service.request().get(`/api/v1/deals/${deal.id}`).expect(200)).body.version).toBe(1);
  await subject.mend();
  await amend().expect(201);
  expect((await subject.service.published('commission.deal.versioned.v1')).map(({ data }) => data.version)).toEqual([1, 2]);
});

test('T-31 a decision on a commission fails when its audit record cannot be written', async () => {
  const subject = await withBrokenOutbox(composeApprovals as never);
  const [entryId, conversionId] = [newId('entry'), newId('conversion')];
  const entry = anEvent('commission.entry.accrued.v1', {
    entryId,
    scope: 's',
    partnerId,
    brandId,
    programId,
    dealId: newId('deal'),
    dealVersion: 1,
    dealAuthorId: 'key_author',
    engineVersion: 'engine-1',
    conversionId,
    causeConversionId: conversionId,
    component: 'sale',
    amount: 5000,
    currency: 'EUR',
    reason: 'accrual',
    adjusts: null,
    occurredAt: at,
    recordedAt: at,
    maturesAt: at,
    period: '2026-03',
    explanationHash: '0'.repeat(64),
    explanation: null,
    traceparent: null,
  });
  await subject.service.deliver(brand, partner, entry);
  const waiting = async () => (await subject.service.request().get('/api/v1/approvals?status=waiting').expect(200)).body.data;
  const [approval] = await waiting();
  const decide = () => subject.service.request().post(`/api/v1/approvals/${approval.id}/decision`).send({ decision: 'approve' });
  await subject.break();
  await decide().expect(500);
  expect(await waiting()).toHaveLength(1);
  await subject.mend();
  await decide().expect(200);
  expect(await subject.service.published('approvals.commission.approved.v1')).toHaveLength(1);
});
