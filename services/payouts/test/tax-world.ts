import { newId } from '@tributary/contracts';
import type { Principal } from '@tributary/service-kit';
import type { TestService } from '@tributary/testkit';
import { accrued, addMethod, aPartner, approved, approver, brandChanged, enrolled, type Owed, partnerChanged } from './world.js';

/** Who enters on the side of the brand; the approver of the other tests verifies. */
export const clerk: Partial<Principal> = { actorId: 'usr_clerk', roles: ['finance-approver'] };
/** The partner's own people, who see nothing of others. */
export const partnerSide = ({ partnerId }: Owed): Partial<Principal> => ({
  actorId: 'usr_partner',
  actorKind: 'partner',
  roles: ['finance-approver'],
  partnerId,
});

export const w9 = {
  kind: 'W-9',
  name: 'Ada Lovelace-Tax',
  classification: 'individual',
  address: { line1: '1 Secret Street', city: 'Springfield', region: 'IL', postalCode: '62701', country: 'US' },
  tin: { type: 'ssn', value: '536-90-4399' },
  signedOn: '2026-03-01',
  signedBy: 'Ada Lovelace-Tax',
};
export const w8 = {
  kind: 'W-8BEN',
  name: 'Åsa Öberg-Tax',
  citizenship: 'SE',
  dateOfBirth: '1981-12-28',
  address: { line1: 'Storgatan 1', city: 'Stockholm', country: 'SE' },
  foreignTin: '19811228-9874',
  treaty: { country: 'SE', article: 'Article 14', rate: '0.05' },
  signedOn: '2026-03-01',
  signedBy: 'Åsa Öberg-Tax',
};

/** A brand that moves money (by the simulated rail), with one partner. */
export async function aPayer(s: TestService<unknown>, behaviour = 'ok', country: string | null = 'US'): Promise<Owed> {
  const owed = await aPartner(s);
  await s.deliver(brandChanged(owed.brandId, {}, 2), partnerOf(owed.partnerId, country));
  const pot = { rail: 'simulated-api', account: { name: 'Pot' } };
  await s.request().post(`/api/v1/brands/${owed.brandId}/funding-accounts`).send(pot).expect(201);
  await addMethod(s, owed.partnerId, { kind: 'simulated', account: { name: 'test', behaviour } });
  return owed;
}
/** One more partner of the same brand. */
export async function anotherOf(s: TestService<unknown>, { brandId }: Owed): Promise<Owed> {
  const partnerId = newId('partner');
  await s.deliver(partnerChanged(partnerId), enrolled(partnerId, brandId));
  await addMethod(s, partnerId, { kind: 'simulated', account: { name: 'test' } });
  return { brandId, partnerId };
}
function partnerOf(partnerId: string, country: string | null) {
  const event = partnerChanged(partnerId, 'active', 2);
  return { ...event, data: { ...event.data, country } };
}

export const profile = (s: TestService<unknown>, { brandId }: Owed, body: object) =>
  s
    .request(clerk)
    .post(`/api/v1/brands/${brandId}/tax/profile`)
    .send({ legalName: 'Brand Ltd', address: '2 Brand Road\nLondon', ...body });
export const handIn = (s: TestService<unknown>, { partnerId }: Owed, form: object, as: Partial<Principal> = clerk) =>
  s.request(as).post(`/api/v1/partners/${partnerId}/tax-forms`).send(form);
export const decideForm = (s: TestService<unknown>, id: string, body: object = { decision: 'verify' }, as: Partial<Principal> = approver) =>
  s.request(as).post(`/api/v1/tax-forms/${id}/decide`).send(body);

/** A form that another person has verified. */
export async function verifiedForm(s: TestService<unknown>, owed: Owed, form: object): Promise<void> {
  const { body } = await handIn(s, owed, form).expect(201);
  await decideForm(s, body.id).expect(200);
}

/** Earned, approved and matured, in a currency. */
export async function earnedIn(
  s: TestService<unknown>,
  { partnerId, brandId }: Owed,
  currency: string,
  ...amounts: number[]
): Promise<void> {
  const now = s.clock.now().toISOString();
  const entries = amounts.map((amount) => accrued(partnerId, brandId, amount, { currency, occurredAt: now }));
  await s.deliver(...entries, ...entries.map((entry) => approved(entry)));
  await s.service.runDueJobs();
}
