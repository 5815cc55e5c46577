import { randomUUID } from 'node:crypto';
import { eventually } from '@tributary/testkit';
import { type Client, client, type Json } from './client.js';

const day = 24 * 3600 * 1000;

export interface TracedWalk {
  admin: Client;
  payoutId: string;
  partnerName: string;
  partnerEmail: string;
}

/** One sale, decided about by a person, from the click to the mail about its payout: as few calls as that takes. */
export async function walkOneSale(url: string, adminKey: string, mails: readonly string[]): Promise<TracedWalk> {
  const admin = client(url, adminKey);
  const second = client(url, (await admin.expect(201, 'POST', '/api/v1/api-keys', { name: 'Second', roles: ['finance-approver'] })).key);
  const { now } = await admin.expect(200, 'GET', '/api/v1/clock');
  const tag = randomUUID().slice(0, 8);
  const partnerName = `Grace Hopper ${tag}`;
  const partnerEmail = `grace-${tag}@example.com`;
  const { partner, brand, link } = await makePartner(admin, now, { tag, partnerName, partnerEmail });

  const answer = await client(url, undefined).call('GET', new URL(link.url).pathname);
  const clickId = new URL(answer.headers.get('location') ?? '').searchParams.get('click_id');
  const sale = { type: 'sale', eventId: `sale-${tag}`, clickId, amount: 50_000, currency: 'EUR', brandId: brand.id };
  // Refused, and counted as that.
  const { amount: _, ...bare } = { ...sale, eventId: `no-${tag}`, occurredAt: now };
  await admin.expect(422, 'POST', '/api/v1/events', bare);
  await admin.expect(202, 'POST', '/api/v1/events', { ...sale, occurredAt: new Date(Date.parse(now) + 1000).toISOString() });

  await decide(admin, second, partner.id);
  await payable(admin, partner.id, 'approved');
  await admin.expect(200, 'POST', '/api/v1/clock', { now: new Date(Date.parse(now) + 8 * day).toISOString() });
  await payable(admin, partner.id, 'payable');

  const run = await admin.expect(201, 'POST', '/api/v1/payout-runs', { brandIds: [brand.id] });
  await second.expect(200, 'POST', `/api/v1/payout-runs/${run.id}/approve`);
  await second.expect(202, 'POST', `/api/v1/payout-runs/${run.id}/submit`);
  const payoutId = run.payouts[0].id;
  await eventually(
    'the payout is settled',
    async () => (await admin.expect(200, 'GET', `/api/v1/payouts/${payoutId}`)).status === 'settled',
    60_000,
  );
  await eventually('the partner is written to', () => mails.some((mail) => mail.includes(partnerEmail)), 60_000);
  return { admin, payoutId, partnerName, partnerEmail };
}

async function makePartner(admin: Client, now: string, { tag, partnerName, partnerEmail }: Record<string, string>) {
  const policy = { autoApproveUpTo: 1_000, financeThreshold: 1_000_000, minimumPayout: 1_000 };
  const body = { name: 'Acme', slug: `acme-${tag}`, currency: 'EUR', timeZone: 'UTC', policy };
  const brand = await admin.expect(201, 'POST', '/api/v1/brands', body);
  const who = { name: partnerName, email: partnerEmail, country: 'GB', type: 'affiliate', externalId: `grace-${tag}` };
  const partner = await admin.expect(201, 'POST', '/api/v1/partners', who);
  const both = { partnerId: partner.id, brandId: brand.id };
  await admin.expect(201, 'POST', `/api/v1/partners/${partner.id}/enrollments`, { brandId: brand.id });
  const terms = { components: [{ on: 'sale', model: 'percentage', rate: '0.10' }], holdDays: 7 };
  const effectiveFrom = new Date(Date.parse(now) - day).toISOString();
  await admin.expect(201, 'POST', '/api/v1/deals', { ...both, effectiveFrom, terms });
  const link = await admin.expect(201, 'POST', '/api/v1/links', { ...both, destinationUrl: 'https://shop.example/' });
  return { brand, partner, link };
}

async function decide(admin: Client, second: Client, partnerId: string): Promise<void> {
  let waiting: Json[] = [];
  const look = async () => {
    waiting = (await admin.expect(200, 'GET', `/api/v1/approvals?status=waiting&partnerId=${partnerId}`)).data;
    return waiting.length === 1;
  };
  await eventually('one approval that waits for a person', look, 60_000);
  await second.expect(200, 'POST', `/api/v1/approvals/${waiting[0].id}/decision`, { decision: 'approve' });
}

async function payable(admin: Client, partnerId: string, term: 'approved' | 'payable'): Promise<void> {
  const look = async () => {
    const { balances } = await admin.expect(200, 'GET', `/api/v1/partners/${partnerId}/balance`);
    return balances.some((balance: Json) => balance[term] === 5_000);
  };
  await eventually(`the commission is ${term}`, look, 60_000);
}
