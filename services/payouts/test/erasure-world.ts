import { createHash } from 'node:crypto';
import { newId } from '@tributary/contracts';
import type { Principal } from '@tributary/service-kit';
import { anEvent, type TestService } from '@tributary/testkit';
import { clerk, partnerSide, profile, verifiedForm, w9 } from './tax-world.js';
import { addMethod, aPartner, approver, brandChanged, earned, type Owed, payRun, start } from './world.js';

/** Who may look into what is kept of the erased. */
export const mayLook: Partial<Principal> = { actorId: 'usr_auditor', roles: ['finance-approver', 'auditor'] };
export const finance: Partial<Principal> = { actorId: 'usr_finance', roles: ['finance-approver'] };

/** What must not be found again. */
export const canary = {
  name: 'Canary Holder',
  iban: 'SE4550000000058398257466',
  hint: 'SE** **** 7466',
  taxName: 'Canary Tax-Name',
  vatName: 'Canary Vat-Name',
};

export const confirmed = (partnerId: string, balance: 'pay-first' | 'waived' = 'pay-first', erasureId = newId('erasure')) =>
  anEvent('directory.erasure.confirmed.v1', { erasureId, partnerId, balance, confirmedAt: start.toISOString() }, { subject: erasureId });
export const subjectErased = (partnerId: string, erasureId: string) =>
  anEvent(
    'directory.subject.erased.v1',
    { erasureId, subjectKind: 'partner', subjectId: partnerId, erasedAt: start.toISOString() },
    { subject: erasureId },
  );

/** What was answered to an erasure so far. */
export const answersTo = async (s: TestService<unknown>, erasureId: string) =>
  (await s.published('payouts.erasure.answered.v1'))
    .filter(({ data }) => data.erasureId === erasureId)
    .map(({ data, sequence }) => ({ ...data, sequence }))
    .sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
export const lastAnswer = async (s: TestService<unknown>, erasureId: string) => (await answersTo(s, erasureId)).at(-1);

/** Asks for an erasure, and how to hear of it. */
export async function askFor(s: TestService<unknown>, { partnerId }: { partnerId: string }, balance: 'pay-first' | 'waived' = 'pay-first') {
  const event = confirmed(partnerId, balance);
  await s.deliver(event);
  return event.data.erasureId;
}

/** Erases a partner of whom nothing is open. */
export async function erase(s: TestService<unknown>, owed: { partnerId: string }, balance: 'pay-first' | 'waived' = 'waived') {
  const erasureId = await askFor(s, owed, balance);
  await s.deliver(subjectErased(owed.partnerId, erasureId));
  return erasureId;
}

/** A partner of a brand that pays by bank's files. */
export async function byFile(s: TestService<unknown>): Promise<Owed> {
  const owed = await aPartner(s);
  await s.deliver(brandChanged(owed.brandId, {}, 2));
  const pot = { rail: 'bank-file', account: { name: 'Pot', iban: 'DE89370400440532013000' } };
  await s.request().post(`/api/v1/brands/${owed.brandId}/funding-accounts`).send(pot).expect(201);
  await addMethod(s, owed.partnerId, { kind: 'bank-account', account: { name: canary.name, iban: canary.iban } });
  return owed;
}

/** A partner who was paid by a bank's file, with tax papers and a self-billed invoice. */
export async function paidByFile(s: TestService<unknown>): Promise<Owed & { run: Awaited<ReturnType<typeof payRun>>; payoutId: string }> {
  const owed = await byFile(s);
  await profile(s, owed, { country: 'GB', vatNumber: 'GB980780684' }).expect(201);
  await verifiedForm(s, owed, { ...w9, name: canary.taxName, signedBy: canary.taxName });
  await registeredAndAgreed(s, owed);
  await earned(s, owed, 100_000);
  const run = await payRun(s, owed.brandId);
  await report(s, run, 'settled');
  return { ...owed, run, payoutId: run.payouts[0]?.id ?? '' };
}

export const report = (s: TestService<unknown>, run: { id: string; payouts: { id: string }[] }, outcome: string) =>
  s
    .request()
    .post(`/api/v1/payout-runs/${run.id}/settlements`)
    .send({ settlements: run.payouts.map(({ id }) => ({ payoutId: id, outcome })) })
    .expect(200);

export const textSha256 = createHash('sha256').update('You agree that we write your invoices.').digest('hex');
export const offer = (s: TestService<unknown>, { brandId, partnerId }: Owed) =>
  s
    .request(approver)
    .post(`/api/v1/brands/${brandId}/self-billing-agreements`)
    .send({ partnerId, validFrom: '2026-01-01', validUntil: '2026-12-31', textVersion: '2026-1', textSha256 });
export const register = (s: TestService<unknown>, { partnerId }: Owed) =>
  s.request(clerk).post(`/api/v1/partners/${partnerId}/vat-registrations`).send({
    country: 'GB',
    number: 'GB 980 7806 84',
    rate: '0.20',
    validFrom: '2026-01-01',
    validUntil: null,
    legalName: canary.vatName,
    address: '1 Hidden Lane\nLondon',
  });

async function registeredAndAgreed(s: TestService<unknown>, owed: Owed): Promise<void> {
  const { body: registration } = await register(s, owed).expect(201);
  await s.request(approver).post(`/api/v1/vat-registrations/${registration.id}/decide`).send({ decision: 'verify' }).expect(200);
  const { body: agreement } = await offer(s, owed).expect(201);
  await s.request(partnerSide(owed)).post(`/api/v1/self-billing-agreements/${agreement.id}/consent`).send({ textSha256 }).expect(200);
}

/** The tables of the whole database in which a text is found, in whatever column. */
export async function tablesWith(s: TestService<unknown>, text: string): Promise<string[]> {
  const tables = await s.sql<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema', 'parts') ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await s.sql(`SELECT 1 FROM ${name} AS row WHERE position(lower($1) IN lower(row::text)) > 0 LIMIT 1`, [text]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}
