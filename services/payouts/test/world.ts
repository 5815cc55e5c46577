import { type EventOf, newId } from '@tributary/contracts';
import type { Principal } from '@tributary/service-kit';
import { anEvent, type TestService } from '@tributary/testkit';

type Accrued = EventOf<'commission.entry.accrued.v1'>;

export const start = new Date('2026-03-02T08:00:00.000Z');
export const hash = 'a'.repeat(64);

/** People: who builds a run and who approves it. */
export const builder: Partial<Principal> = { actorId: 'usr_builder', roles: ['programme-manager'] };
export const approver: Partial<Principal> = { actorId: 'usr_approver', roles: ['finance-approver'] };
/** Passes the first stage of runs above the finance threshold. */
export const manager: Partial<Principal> = { actorId: 'usr_manager', roles: ['programme-manager'] };

interface Policy {
  minimumPayout?: number;
  financeThreshold?: number;
  clawbackDays?: number | null;
}

export const brandChanged = (brandId: string, policy: Policy = {}, sequence = 1, changedAt = start.toISOString()) =>
  anEvent(
    'directory.brand.changed.v1',
    {
      brandId,
      name: 'Brand',
      slug: 'brand',
      currency: 'EUR',
      timeZone: 'Europe/Berlin',
      status: 'active',
      defaultProgramId: newId('program'),
      programIds: [],
      changedAt,
      policy: {
        attributionWindowDays: 30,
        holdDays: 0,
        autoApproveUpTo: 50_000,
        financeThreshold: 100_000_000,
        minimumPayout: 0,
        ...policy,
      },
    },
    { sequence },
  );

export const partnerChanged = (partnerId: string, status: 'active' | 'suspended' = 'active', sequence = 1) =>
  anEvent(
    'directory.partner.changed.v1',
    {
      partnerId,
      type: 'affiliate',
      country: 'DE',
      status,
      riskLevel: 'low',
      parentId: null,
      tags: [],
      contactCommitment: 'c',
      changedAt: start.toISOString(),
    },
    { sequence },
  );

export const enrolled = (partnerId: string, brandId: string) =>
  anEvent('directory.enrollment.changed.v1', {
    enrollmentId: newId('enrollment'),
    partnerId,
    brandId,
    programId: newId('program'),
    status: 'active',
    enrolledAt: start.toISOString(),
    changedAt: start.toISOString(),
  });

export interface EntryOptions {
  entryId?: string;
  adjusts?: string | null;
  currency?: string;
  occurredAt?: string;
  maturesAt?: string;
  customerId?: string;
}

/** Commission of so many minor units, matured at once unless told otherwise. */
export function accrued(partnerId: string, brandId: string, amount: number, options: EntryOptions = {}): Accrued {
  const occurredAt = options.occurredAt ?? start.toISOString();
  return anEvent('commission.entry.accrued.v1', {
    entryId: options.entryId ?? newId('entry'),
    scope: 's',
    partnerId,
    brandId,
    programId: newId('program'),
    dealId: newId('deal'),
    dealVersion: 1,
    dealAuthorId: 'usr_author',
    engineVersion: 'engine-1',
    conversionId: newId('conversion'),
    causeConversionId: null,
    customerId: options.customerId ?? null,
    component: '0',
    amount,
    currency: options.currency ?? 'EUR',
    reason: amount < 0 ? 'refund' : 'accrual',
    adjusts: options.adjusts ?? null,
    occurredAt,
    recordedAt: occurredAt,
    maturesAt: options.maturesAt ?? occurredAt,
    period: '2026-03',
    explanationHash: hash,
    explanation: {},
    traceparent: null,
  } as Accrued['data']);
}

/** What a person made by hand: no deal and no conversion stand behind it, and it corrects no entry. */
export function byHand(partnerId: string, brandId: string, amount: number): Accrued {
  const entry = accrued(partnerId, brandId, amount);
  const without = { reason: 'adjustment', dealId: null, dealVersion: null, conversionId: null, dealAuthorId: 'usr_maker' } as const;
  return { ...entry, data: { ...entry.data, ...without } };
}

/** A decision about an entry. */
export const decided = (entry: Accrued, state: 'approved' | 'held' | 'rejected', decision = 1, decidedAt = start.toISOString()) =>
  anEvent(`approvals.commission.${state}.v1`, {
    approvalId: newId('approval'),
    entryId: entry.data.entryId,
    partnerId: entry.data.partnerId,
    brandId: entry.data.brandId,
    amount: entry.data.amount,
    currency: entry.data.currency,
    decidedBy: 'automatic',
    automatic: true,
    route: 'small amount',
    reason: null,
    decidedAt,
    decision,
  });

export const approved = (entry: Accrued, decision = 1) => decided(entry, 'approved', decision);

/** Approvals clears exactly what was sealed. */
export const cleared = (runId: string, contentHash: string) =>
  anEvent(
    'approvals.run.cleared.v1',
    { clearanceId: newId('clearance'), runId, contentHash, checks: [], clearedAt: start.toISOString() },
    { subject: runId },
  );

/** A payout method that is entered and, when it has to be, verified by another person. */
export async function addMethod(service: TestService<unknown>, partnerId: string, body: { kind: string; account: object }) {
  const entered = await service.request().post(`/api/v1/partners/${partnerId}/payout-methods`).send(body);
  if (entered.status !== 201) throw new Error(`${entered.status} ${entered.text}`);
  const method = entered.body as { id: string; usableFrom: string; createdAt: string };
  if (body.kind !== 'simulated') await verifyMethod(service, method.id).expect(200);
  return method;
}
/** Another person than who entered a payout method makes sure of it. */
export const verifyMethod = (service: TestService<unknown>, methodId: string, as: Partial<Principal> = approver) =>
  service.request(as).post(`/api/v1/payout-methods/${methodId}/verify`).send({ means: 'prenote' });

export interface Owed {
  brandId: string;
  partnerId: string;
}

/** A brand in sandbox with one partner enrolled. */
export async function aPartner(service: TestService<unknown>, policy: Policy = {}): Promise<Owed> {
  const owed = { brandId: newId('brand'), partnerId: newId('partner') };
  await service.deliver(brandChanged(owed.brandId, policy), partnerChanged(owed.partnerId), enrolled(owed.partnerId, owed.brandId));
  return owed;
}

/** Entries that were earned, approved and have matured. */
export async function earned(service: TestService<unknown>, { partnerId, brandId }: Owed, ...amounts: number[]): Promise<Accrued[]> {
  const entries = amounts.map((amount) => accrued(partnerId, brandId, amount));
  await service.deliver(...entries, ...entries.map((entry) => approved(entry)));
  await service.service.runDueJobs();
  return entries;
}

interface RunBody {
  id: string;
  contentHash: string;
  payouts: { id: string; amount: number; status: string; lines: { entryId: string; amount: number }[] }[];
}

export async function buildRun(service: TestService<unknown>, body: object): Promise<RunBody> {
  const answer = await service.request(builder).post('/api/v1/payout-runs').send(body);
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body as RunBody;
}

/** A person for each stage that the run needs. */
export async function approve(service: TestService<unknown>, runId: string): Promise<void> {
  const { body } = await service.request(approver).get(`/api/v1/payout-runs/${runId}`).expect(200);
  for (const { stage } of (body as { stages: { stage: string }[] }).stages) {
    const person = stage === 'manager' ? manager : approver;
    await service.request(person).post(`/api/v1/payout-runs/${runId}/approve`).send({}).expect(200);
  }
}

/** Approves, clears and submits a run, and lets its jobs do what is due now. */
export async function sendOut(service: TestService<unknown>, run: RunBody): Promise<void> {
  await approve(service, run.id);
  await service.request(approver).post(`/api/v1/payout-runs/${run.id}/submit`).send({}).expect(202);
  await service.deliver(cleared(run.id, run.contentHash));
  await service.service.runDueJobs();
}

/** A run of everything payable of a brand, from building it to the first answers of the rail. */
export async function payRun(service: TestService<unknown>, brandId: string): Promise<RunBody> {
  const run = await buildRun(service, { brandIds: [brandId] });
  await sendOut(service, run);
  return run;
}

/** Lets time pass, so that look-ups, callbacks and maturities fall due. */
export const later = (service: TestService<unknown>, ms: number) => service.moveClock(new Date(service.clock.now().getTime() + ms));

/** Settles what was sent: the first look-up of the simulated rail says so. */
export const settle = (service: TestService<unknown>) => later(service, 5000);

type BalanceBody = Record<
  | 'accrued'
  | 'reversed'
  | 'rejected'
  | 'pending'
  | 'held'
  | 'approved'
  | 'payable'
  | 'inPayout'
  | 'paid'
  | 'receivable'
  | 'writtenOff'
  | 'fees'
  | 'taxWithheld'
  | 'vat'
  | 'offset'
  | 'exchanged',
  number
>;

/** The partner's one balance, held against the balance equation on the way. */
export async function balanceOf(service: TestService<unknown>, partnerId: string, query = ''): Promise<BalanceBody> {
  const { body } = await service.request().get(`/api/v1/partners/${partnerId}/balance${query}`).expect(200);
  const b = (body as { balances: BalanceBody[] }).balances[0];
  if (!b) throw new Error('the partner has no balance');
  const difference =
    b.accrued -
    b.reversed -
    b.rejected -
    (b.pending +
      b.held +
      b.approved +
      b.payable +
      b.inPayout +
      b.paid -
      b.receivable +
      b.writtenOff +
      b.fees +
      b.taxWithheld +
      b.vat +
      b.offset +
      b.exchanged);
  if (difference !== 0) throw new Error(`the balance equation is off by ${difference}: ${JSON.stringify(b)}`);
  const { brandId: _brandId, ...terms } = b as BalanceBody & { brandId?: string };
  return terms;
}
