import { randomUUID } from 'node:crypto';
import { type Role, roles } from '@tributary/contracts';
import { eventually } from '@tributary/testkit';
import { type Client, client, type Json } from '../client.js';

/** A small platform with one of everything in it, so that every route has something of brand A to be asked for. */
export interface World {
  url: string;
  admin: Client;
  finance: Client;
  /** One key for each role, over all brands. */
  byRole: Record<Role, Client>;
  /** An administrator of brand B, which knows nothing of what follows. */
  stranger: Client;
  foreignBrandId: string;
  /** Of brand A, without a deal. */
  sparePartnerId: string;
  brandId: string;
  partnerId: string;
  dealId: string;
  linkCode: string;
  clickId: string;
  entryId: string;
  conversionId: string;
  /** An approval that waits for a person. */
  approvalId: string;
  /** A run whose payout has been handed to the bank. */
  runId: string;
  payoutId: string;
  apiKeyId: string;
  now: string;
  /** A name that no other call has used. */
  fresh(): string;
  /** Waits until every service has handled all that it has accepted. */
  settle(): Promise<unknown>;
  /** Reports a sale of the world's partner and waits for nothing. */
  sell(amount: number, more?: Record<string, unknown>): Promise<Json>;
}

const iban = 'DE89370400440532013000';
const day = 24 * 3600 * 1000;

export async function makeWorld(url: string, adminKey: string): Promise<World> {
  const admin = client(url, adminKey);
  const tag = randomUUID().slice(0, 8);
  let made = 0;
  const fresh = () => `f${tag}-${++made}`;
  const newKey = async (granted: readonly Role[], brandIds: readonly string[] = []) =>
    admin.expect(201, 'POST', '/api/v1/api-keys', { name: fresh(), roles: granted, brandIds });
  const settle = () =>
    eventually('all is handled', async () => (await admin.expect(200, 'GET', '/api/v1/operations/quiet')).quiet === true, 60_000);
  const { now } = await admin.expect(200, 'GET', '/api/v1/clock');

  const byRole = {} as Record<Role, Client>;
  for (const role of roles) byRole[role] = client(url, (await newKey([role])).key);
  const brand = () =>
    admin.expect(201, 'POST', '/api/v1/brands', {
      name: 'Fuzz',
      slug: fresh(),
      currency: 'EUR',
      timeZone: 'Europe/Berlin',
      policy: { autoApproveUpTo: 10_000, financeThreshold: 1_000_000, minimumPayout: 0, holdDays: 0 },
    });
  const partnerOf = async (brandId: string) => {
    const partner = await admin.expect(201, 'POST', '/api/v1/partners', { name: 'Ada', email: 'ada@example.com', country: 'DE' });
    await admin.expect(201, 'POST', `/api/v1/partners/${partner.id}/enrollments`, { brandId });
    return partner.id as string;
  };
  const brandId = (await brand()).id;
  const partnerId = await partnerOf(brandId);
  const foreignBrandId = (await brand()).id;
  const sparePartnerId = await partnerOf(brandId);
  const stranger = client(url, (await newKey(['administrator'], [foreignBrandId])).key);

  const account = { name: 'Fuzz GmbH', iban };
  await admin.expect(201, 'POST', `/api/v1/brands/${brandId}/funding-accounts`, { rail: 'bank-file', account });
  const method = await admin.expect(201, 'POST', `/api/v1/partners/${partnerId}/payout-methods`, { kind: 'bank-account', account });
  await byRole['finance-approver'].expect(200, 'POST', `/api/v1/payout-methods/${method.id}/verify`, { means: 'prenote' });
  const deal = await admin.expect(201, 'POST', '/api/v1/deals', {
    partnerId,
    brandId,
    effectiveFrom: new Date(Date.parse(now) - day).toISOString(),
    terms: { components: [{ on: 'sale', model: 'percentage', rate: '0.10' }], holdDays: 0 },
  });
  const link = await admin.expect(201, 'POST', '/api/v1/links', { partnerId, brandId, destinationUrl: 'https://shop.example/' });
  const followed = await client(url, undefined).call('GET', new URL(link.url).pathname);
  const clickId = new URL(followed.headers.get('location') ?? '').searchParams.get('click_id') ?? '';
  const sell = (amount: number, more: Record<string, unknown> = {}) =>
    admin.expect(202, 'POST', '/api/v1/events', {
      type: 'sale',
      eventId: fresh(),
      brandId,
      partnerId,
      occurredAt: now,
      amount,
      currency: 'EUR',
      ...more,
    });
  const sale = await sell(50_000, { clickId, customerKey: 'c' });
  const large = await sell(500_000);
  await settle();

  const entryOf = async (conversionId: string) =>
    (await admin.expect(200, 'GET', `/api/v1/commissions?conversionId=${conversionId}`)).data[0].id as string;
  const entryId = await entryOf(sale.conversionId);
  const largeEntry = await entryOf(large.conversionId);
  const approvalId = (await admin.expect(200, 'GET', `/api/v1/approvals?entryId=${largeEntry}`)).data[0].id;
  const run = await admin.expect(201, 'POST', '/api/v1/payout-runs', { brandIds: [brandId] });
  await byRole['finance-approver'].expect(200, 'POST', `/api/v1/payout-runs/${run.id}/approve`);
  await byRole['finance-approver'].expect(202, 'POST', `/api/v1/payout-runs/${run.id}/submit`);
  const payoutId = run.payouts[0].id;
  await eventually(
    'the payout is with the bank',
    async () => (await admin.expect(200, 'GET', `/api/v1/payouts/${payoutId}`)).status === 'submitted',
    30_000,
  );
  const settlements = [{ payoutId, outcome: 'settled' }];
  await admin.expect(200, 'POST', `/api/v1/payout-runs/${run.id}/settlements`, { settlements });
  await settle();
  const apiKeyId = (await newKey(['auditor'])).id;
  return {
    url,
    admin,
    finance: byRole['finance-approver'],
    byRole,
    stranger,
    foreignBrandId,
    sparePartnerId,
    brandId,
    partnerId,
    dealId: deal.id,
    linkCode: link.code,
    clickId,
    entryId,
    conversionId: sale.conversionId,
    approvalId,
    runId: run.id,
    payoutId,
    apiKeyId,
    now,
    fresh,
    settle,
    sell,
  };
}
