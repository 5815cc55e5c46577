import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { eventually } from '@tributary/testkit';
import { type Client, client, type Json } from './client.js';

export interface Subject {
  url: string;
  adminKey: string;
  /** Messages that the mail server has received, as raw text. */
  mails: readonly string[];
}

/** What the walk leaves behind for checks that need more than HTTP. */
export interface Walked {
  admin: Client;
  finance: Client;
  partnerId: string;
  brandId: string;
  runId: string;
  payoutId: string;
  evidence: string;
}

const at = (now: string, plusMs = 0) => new Date(Date.parse(now) + plusMs).toISOString();
const day = 24 * 3600 * 1000;

/** From a brand to a settled, explained and proven payout, over HTTP alone. The same assertions hold in every run mode. */
export async function walkGoldenPath({ url, adminKey, mails }: Subject): Promise<Walked> {
  const admin = client(url, adminKey);
  const finance = client(url, (await admin.expect(201, 'POST', '/api/v1/api-keys', { name: 'Fin', roles: ['finance-approver'] })).key);
  const manager = client(url, (await admin.expect(201, 'POST', '/api/v1/api-keys', { name: 'Max', roles: ['programme-manager'] })).key);
  const { now } = await admin.expect(200, 'GET', '/api/v1/clock');

  const made = await makePartnerWithDeal(admin, now);
  const clickId = await click(url, made.link.url);
  await reportEvents(admin, made, clickId, now);
  const entries = await expectCommissions(admin, made);
  await decideAboveThreshold(admin, manager, made);
  await expectExplained(admin, entries);
  await expectBalance(admin, made, { approved: 27_900, payable: 0 });

  await admin.expect(200, 'POST', '/api/v1/clock', { now: at(now, 8 * day) });
  await expectBalance(admin, made, { approved: 0, payable: 27_900 });
  const { runId, payoutId } = await payOut(admin, finance, made);
  await expectBalance(admin, made, { payable: 0, inPayout: 0, paid: 27_900 });
  await eventually('the partner is written to', () => mails.some((mail) => mail.includes('ada@example.com')), 20_000);

  await refundAfterPayout(admin, made, at(now, 8 * day));
  const evidence = await expectTraceAndEvidence(finance, payoutId);
  await expectCounters(admin, made);
  const chain = await admin.expect(200, 'GET', '/api/v1/audit/verification');
  expect(chain).toMatchObject({ valid: true, firstBroken: null });
  return { admin, finance, partnerId: made.partner.id, brandId: made.brand.id, runId, payoutId, evidence };
}

interface Made {
  brand: Json;
  partner: Json;
  deal: Json;
  link: Json;
  /** Makes ids of this walk unique, so that it can be walked again on the same data. */
  tag: string;
}

async function makePartnerWithDeal(admin: Client, now: string): Promise<Made> {
  const tag = randomUUID().slice(0, 8);
  const brand = await admin.expect(201, 'POST', '/api/v1/brands', {
    name: 'Acme',
    slug: `acme-${tag}`,
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    policy: { autoApproveUpTo: 10_000, financeThreshold: 1_000_000, minimumPayout: 1_000 },
  });
  const body = { name: 'Ada Lovelace', email: 'ada@example.com', country: 'GB', type: 'affiliate', externalId: `ada-${tag}` };
  const partner = await admin.expect(201, 'POST', '/api/v1/partners', body, { 'idempotency-key': `ada-${tag}` });
  const again = await admin.call('POST', '/api/v1/partners', body, { 'idempotency-key': `ada-${tag}` });
  expect([again.status, again.json.id, again.headers.get('idempotent-replayed')]).toEqual([201, partner.id, 'true']);
  await admin.expect(201, 'POST', `/api/v1/partners/${partner.id}/enrollments`, { brandId: brand.id });
  const terms = {
    components: [
      { on: 'sale', model: 'percentage', rate: '0.10' },
      { on: 'lead', model: 'flat', amount: 500 },
      { on: 'deposit', model: 'flat-plus-percentage', amount: 1_000, rate: '0.05', qualify: { minAmount: 5_000 } },
    ],
    holdDays: 7,
  };
  const deal = await admin.expect(201, 'POST', '/api/v1/deals', {
    partnerId: partner.id,
    brandId: brand.id,
    effectiveFrom: at(now, -day),
    terms,
  });
  const link = await admin.expect(201, 'POST', '/api/v1/links', {
    partnerId: partner.id,
    brandId: brand.id,
    destinationUrl: 'https://shop.example/landing?ref=1',
  });
  return { brand, partner, deal, link, tag };
}

async function click(url: string, link: string): Promise<string> {
  const path = new URL(link).pathname;
  const answer = await client(url, undefined).call('GET', `${path}?sub1=newsletter`);
  expect(answer.status).toBe(302);
  const location = new URL(answer.headers.get('location') ?? '');
  expect(location.origin + location.pathname + location.searchParams.get('ref')).toBe('https://shop.example/landing1');
  const clickId = location.searchParams.get('click_id');
  if (!clickId) throw new Error(`the destination carries no click_id: ${location}`);
  return clickId;
}

/** One sale by click, then a batch with everything in it: repeats, rejects, a customer seen before, a partial refund. */
async function reportEvents(admin: Client, { brand, tag }: Made, clickId: string, now: string): Promise<void> {
  const base = { brandId: brand.id, occurredAt: at(now, 1_000), currency: 'EUR' };
  const sale = { ...base, type: 'sale', eventId: `sale-1-${tag}`, clickId, customerKey: `c-${tag}`, amount: 50_000 };
  expect(await admin.expect(202, 'POST', '/api/v1/events', sale)).toMatchObject({ outcome: 'accepted' });
  expect((await admin.expect(202, 'POST', '/api/v1/events', sale)).outcome).toBe('duplicate');
  expect((await admin.expect(409, 'POST', '/api/v1/events', { ...sale, amount: 1 })).code).toBe('event-id-reused');
  const lead = { type: 'lead', eventId: `lead-1-${tag}`, brandId: brand.id, occurredAt: base.occurredAt, customerKey: `c-${tag}` };
  const batch = [
    lead,
    lead,
    { ...base, type: 'deposit', eventId: `dep-1-${tag}`, customerKey: `c-${tag}`, amount: 20_000 },
    { ...base, type: 'deposit', eventId: `dep-2-${tag}`, customerKey: `c-${tag}`, amount: 4_999 },
    { ...base, type: 'refund', eventId: `ref-1-${tag}`, originalEventId: `sale-1-${tag}`, amount: 1_000 },
    { ...base, type: 'sale', eventId: `sale-2-${tag}`, customerKey: `c-${tag}`, amount: 205_000 },
    { ...base, type: 'sale', eventId: `sale-x-${tag}`, customerKey: `c-${tag}` },
    { ...base, type: 'sale', customerKey: `c-${tag}`, amount: 1 },
  ];
  const answer = await admin.expect(202, 'POST', '/api/v1/events', { events: batch });
  expect(answer).toMatchObject({ accepted: 5, duplicates: 1, rejected: 2 });
  expect(answer.outcomes.map((outcome: Json) => outcome.code ?? outcome.outcome)).toEqual([
    'accepted',
    'duplicate',
    'accepted',
    'accepted',
    'accepted',
    'accepted',
    'amount-required',
    'event-without-key',
  ]);
}

/** 10 % of 500.00; -10 % of 10.00; 5.00 for the lead; 10.00 + 5 % of 200.00; 10 % of 2,050.00 (needs a manager); nothing for the small deposit. */
async function expectCommissions(admin: Client, { partner, brand }: Made): Promise<Json[]> {
  const wanted = [-100, 500, 2_000, 5_000, 20_500];
  let entries: Json[] = [];
  await eventually(
    'five commission entries with their amounts',
    async () => {
      entries = (await admin.expect(200, 'GET', `/api/v1/commissions?partnerId=${partner.id}&brandId=${brand.id}`)).data;
      return JSON.stringify(entries.map((entry) => entry.amount).sort((a, b) => a - b)) === JSON.stringify(wanted);
    },
    20_000,
  );
  return entries;
}

async function decideAboveThreshold(admin: Client, manager: Client, { partner }: Made): Promise<void> {
  let waiting: Json[] = [];
  await eventually('one approval that waits for a person', async () => {
    waiting = (await admin.expect(200, 'GET', `/api/v1/approvals?status=waiting&partnerId=${partner.id}`)).data;
    return waiting.length === 1;
  });
  const [approval] = waiting;
  expect(approval).toMatchObject({ amount: 20_500, needs: 'manager' });
  const decision = `/api/v1/approvals/${approval.id}/decision`;
  expect((await admin.expect(403, 'POST', decision, { decision: 'approve' })).code).toBe('four-eyes');
  expect(await manager.expect(200, 'POST', decision, { decision: 'approve' })).toMatchObject({ status: 'approved' });
  expect((await manager.expect(409, 'POST', decision, { decision: 'approve' })).code).toBe('approval-already-decided');
}

/** P-18: every entry says why, and recomputes to the same cents. */
async function expectExplained(admin: Client, entries: readonly Json[]): Promise<void> {
  for (const entry of entries) {
    const explanation = await admin.expect(200, 'GET', `/api/v1/commissions/${entry.id}/explanation`);
    expect(explanation).toMatchObject({ amount: entry.amount, dealVersion: 1, recomputed: { amount: entry.amount, matches: true } });
  }
}

const terms = ['pending', 'held', 'approved', 'payable', 'inPayout', 'paid'] as const;

async function balanceOf(admin: Client, { partner, brand }: Made): Promise<Json> {
  const { balances } = await admin.expect(200, 'GET', `/api/v1/partners/${partner.id}/balance`);
  return balances.find((balance: Json) => balance.brandId === brand.id && balance.currency === 'EUR');
}

/** The wanted terms, and the balance equation over all of them. */
async function expectBalance(admin: Client, made: Made, wanted: Record<string, number>): Promise<void> {
  await eventually(
    `a balance of ${JSON.stringify(wanted)}`,
    async () => {
      const found = await balanceOf(admin, made);
      return found && Object.entries(wanted).every(([term, amount]) => found[term] === amount);
    },
    20_000,
  );
  const found = await balanceOf(admin, made);
  const sum = terms.reduce((total, term) => total + found[term], 0) - found.receivable + found.writtenOff;
  expect(found.accrued - found.reversed - found.rejected).toBe(sum);
}

async function payOut(admin: Client, finance: Client, { brand, partner }: Made): Promise<{ runId: string; payoutId: string }> {
  const wanted = { brandIds: [brand.id], currency: 'EUR' };
  const dry = await admin.expect(200, 'POST', '/api/v1/payout-runs?dryRun=true', wanted);
  const run = await admin.expect(201, 'POST', '/api/v1/payout-runs', wanted);
  expect(dry.totals).toEqual(run.totals);
  expect(run).toMatchObject({ status: 'draft', payouts: [{ partnerId: partner.id, amount: 27_900, currency: 'EUR', sandbox: true }] });
  expect((await admin.expect(403, 'POST', `/api/v1/payout-runs/${run.id}/approve`)).code).toBe('four-eyes');
  expect(await finance.expect(200, 'POST', `/api/v1/payout-runs/${run.id}/approve`)).toMatchObject({ id: run.id });
  await finance.expect(202, 'POST', `/api/v1/payout-runs/${run.id}/submit`);
  let payout: Json;
  await eventually(
    'the payout is settled',
    async () => {
      [payout] = (await admin.expect(200, 'GET', `/api/v1/payouts?runId=${run.id}`)).data;
      return payout?.status === 'settled';
    },
    30_000,
  );
  const whole = await admin.expect(200, 'GET', `/api/v1/payouts/${payout.id}`);
  expect(whole.lines.reduce((sum: number, line: Json) => sum + line.amount, 0)).toBe(27_900);
  return { runId: run.id, payoutId: payout.id };
}

/** M-25, after payout: what was paid stays paid, and is owed back. */
async function refundAfterPayout(admin: Client, made: Made, now: string): Promise<void> {
  const refund = {
    type: 'refund',
    eventId: `ref-2-${made.tag}`,
    originalEventId: `sale-1-${made.tag}`,
    brandId: made.brand.id,
    occurredAt: now,
    amount: 49_000,
    currency: 'EUR',
  };
  expect(await admin.expect(202, 'POST', '/api/v1/events', refund)).toMatchObject({ outcome: 'accepted' });
  await expectBalance(admin, made, { paid: 27_900, receivable: 4_900 });
}

async function expectTraceAndEvidence(finance: Client, payoutId: string): Promise<string> {
  let trace: Json;
  await eventually('the way from click to settlement is complete', async () => {
    trace = await finance.expect(200, 'GET', `/api/v1/payouts/${payoutId}/trace`);
    return trace.complete === true;
  });
  const steps = new Set(trace.steps.map((step: Json) => step.step));
  for (const step of [
    'click',
    'conversion',
    'entry',
    'approval',
    'payout-created',
    'run-sealed',
    'run-cleared',
    'payout-submitted',
    'payout-settled',
  ])
    expect(steps).toContain(step);
  // The refund that came after the payout may not be rated yet as far as the archive knows: then it says so.
  const evidence = await eventually(
    'the archive has all that the evidence needs',
    async () => {
      const answer = await finance.call('GET', `/api/v1/payouts/${payoutId}/evidence`);
      if (answer.status === 409) throw new Error(answer.text);
      return answer;
    },
    60_000,
  );
  expect(evidence.status).toBe(200);
  return evidence.text;
}

/** T-34, P-17: the counters say what happened. */
async function expectCounters(admin: Client, { brand }: Made): Promise<void> {
  await eventually(
    'the counters have all of it',
    async () => {
      const { data } = await admin.expect(200, 'GET', `/api/v1/insights/activity?brandId=${brand.id}`);
      const sum = (field: string) => data.reduce((total: number, row: Json) => total + row[field], 0);
      return sum('clicks') === 1 && sum('paid') === 27_900 && sum('accrued') === 23_000;
    },
    70_000,
  );
  const { conversions, outcomes } = await admin.expect(200, 'GET', `/api/v1/insights/outcomes?brandId=${brand.id}`);
  expect(conversions).toBe(7);
  expect(Object.values(outcomes as Record<string, number>).reduce((total, count) => total + count, 0)).toBe(7);
}
