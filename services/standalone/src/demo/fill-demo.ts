import { type Api, api, inParallel, pause } from './api.js';
import { brands, countries, type DemoBrand, partnerNames, seeded } from './world.js';

export interface DemoOptions {
  url: string;
  key: string | undefined;
  say: (line: string) => void;
}

const dayMs = 24 * 3600 * 1000;
const weekMs = 7 * dayMs;
export const demoWeeks = 52;

interface Placement {
  brandId: string;
  brand: DemoBrand;
  partnerId: string;
  code: string;
  /** How lively this partner is: some bring most of the trade. */
  weight: number;
}
interface Demo extends DemoOptions {
  admin: Api;
  manager: Api;
  finance: Api;
  random: () => number;
  placements: Placement[];
  /** Sales of the last weeks that may still come back. */
  recent: { eventId: string; brandId: string; amount: number; currency: string }[];
  counts: { clicks: number; events: number; refunds: number; runs: number; payouts: number };
}

/** Fills a fresh platform through its public API: brands, partners, a year week by week, a settled payout run every four weeks. */
export async function fillDemo(options: DemoOptions): Promise<void> {
  const { url, key, say } = options;
  if (!key) return say('The sandbox was filled at an earlier start; nothing to do.');
  const admin = api(url, key);
  if ((await admin.get('/api/v1/brands')).data.length > 0) return say('There are brands already; the sandbox is left as it is.');
  const began = Date.now();
  const keyFor = async (name: string, role: string) => api(url, (await admin.post('/api/v1/api-keys', { name, roles: [role] })).key);
  const demo: Demo = {
    ...options,
    admin,
    manager: await keyFor('Demo manager', 'programme-manager'),
    finance: await keyFor('Demo finance', 'finance-approver'),
    random: seeded(20_261_121),
    placements: [],
    recent: [],
    counts: { clicks: 0, events: 0, refunds: 0, runs: 0, payouts: 0 },
  };
  await makeWorld(demo);
  say(`Demo: ${brands.length} brands, ${partnerNames.length} partners, ${demo.placements.length} deals`);
  const start = Date.parse((await admin.get('/api/v1/clock')).now);
  for (let week = 1; week <= demoWeeks; week++) {
    await liveThroughWeek(demo, start + week * weekMs);
    if (week % 4 === 0) await payOut(demo, week / 4);
  }
  const { counts } = demo;
  say(
    `Demo ready after ${Math.round((Date.now() - began) / 1000)} s: ${counts.clicks} clicks, ${counts.events} events, ${counts.refunds} refunds, ${counts.runs} payout runs with ${counts.payouts} payouts.`,
  );
}

async function makeWorld(demo: Demo): Promise<void> {
  const { admin, random } = demo;
  const policy = { holdDays: 7, autoApproveUpTo: 10_000, financeThreshold: 1_000_000, minimumPayout: 2_500 };
  const brandIds: string[] = [];
  for (const { name, slug, currency, timeZone } of brands)
    brandIds.push((await admin.post('/api/v1/brands', { name, slug, currency, timeZone, policy })).id);
  await inParallel([...partnerNames.entries()], 8, async ([index, name]) => {
    const slug = name.toLowerCase().replace(' ', '-');
    const partner = await admin.post('/api/v1/partners', {
      name,
      email: `team@${slug}.example`,
      country: countries[index % countries.length],
      externalId: slug,
    });
    // Most work for one brand, every third for two, every tenth for all.
    const reach = index % 10 === 0 ? 3 : index % 3 === 0 ? 2 : 1;
    for (let step = 0; step < reach; step++)
      await place(demo, partner.id, (index + step) % brands.length, brandIds, 0.2 + random() ** 3 * 3);
  });
}

async function place(
  { admin, placements }: Demo,
  partnerId: string,
  place: number,
  brandIds: readonly string[],
  weight: number,
): Promise<void> {
  const brand = brands[place];
  const brandId = brandIds[place];
  if (!brand || !brandId) return;
  await admin.post(`/api/v1/partners/${partnerId}/enrollments`, { brandId });
  await admin.post('/api/v1/deals', { partnerId, brandId, terms: { components: brand.components } });
  const link = await admin.post('/api/v1/links', { partnerId, brandId, destinationUrl: `https://${brand.slug}.example/welcome` });
  placements.push({ brandId, brand, partnerId, code: link.code, weight });
}

/** Clicks now, then the clock moves a week on, then what came of the clicks. */
async function liveThroughWeek(demo: Demo, until: number): Promise<void> {
  const { random, placements, admin, counts, url } = demo;
  const clicks = placements.flatMap((placement) => Array.from({ length: Math.ceil(random() * placement.weight * 4) }, () => placement));
  const bought: { placement: Placement; clickId: string }[] = [];
  await inParallel(clicks, 8, async (placement) => {
    const answer = await fetch(`${url}/c/${placement.code}`, { redirect: 'manual' });
    const clickId = new URL(answer.headers.get('location') ?? url).searchParams.get('click_id');
    counts.clicks++;
    if (clickId && random() < 0.45) bought.push({ placement, clickId });
  });
  await admin.post('/api/v1/clock', { now: new Date(until).toISOString() });
  const events = bought.flatMap(({ placement, clickId }) => conversion(demo, placement, clickId, until));
  const refunds = demo.recent.filter(() => random() < 0.01).map((sale) => refund(demo, sale, until));
  demo.recent = demo.recent.filter((sale) => !refunds.some((back) => back.originalEventId === sale.eventId)).slice(-600);
  for (let from = 0; from < events.length + refunds.length; from += 1000) {
    await admin.post('/api/v1/events', { events: [...events, ...refunds].slice(from, from + 1000) });
  }
  counts.events += events.length;
  counts.refunds += refunds.length;
}

function conversion(demo: Demo, { brand, brandId }: Placement, clickId: string, until: number) {
  const { random } = demo;
  const kind = pick(brand.kinds, random);
  const occurredAt = new Date(until - 1 - Math.floor(random() * 6 * dayMs)).toISOString();
  const eventId = `${brand.slug}-${kind.type}-${demo.counts.events}-${clickId.slice(-10)}`;
  if (kind.to === 0) return [{ type: kind.type, eventId, brandId, clickId, occurredAt }];
  const amount = kind.from + Math.floor(random() ** 2 * (kind.to - kind.from));
  demo.recent.push({ eventId, brandId, amount, currency: brand.currency });
  return [
    {
      type: kind.type,
      eventId,
      brandId,
      clickId,
      customerKey: `customer-${clickId.slice(-12)}`,
      occurredAt,
      amount,
      currency: brand.currency,
    },
  ];
}

function refund({ random }: Demo, sale: { eventId: string; brandId: string; amount: number; currency: string }, until: number) {
  const amount = random() < 0.5 ? sale.amount : Math.ceil(sale.amount / 3);
  return {
    type: 'refund',
    eventId: `refund-${sale.eventId}`,
    originalEventId: sale.eventId,
    brandId: sale.brandId,
    occurredAt: new Date(until - 1).toISOString(),
    amount,
    currency: sale.currency,
  };
}

/** Everything that waits is decided, then one person builds a run, and others approve it: a manager first when it is large, then finance, who submits it. */
async function payOut(demo: Demo, month: number): Promise<void> {
  const { admin, manager, finance, counts, say } = demo;
  await untilQuiet(admin);
  const waiting = (await admin.get('/api/v1/approvals?status=waiting&limit=500')).data as { id: string; needs: string }[];
  await inParallel(
    waiting.filter((approval) => approval.needs === 'manager'),
    4,
    async (approval) => void (await manager.post(`/api/v1/approvals/${approval.id}/decision`, { decision: 'approve', reason: 'checked' })),
  );
  await untilQuiet(admin);
  const run = await admin.post('/api/v1/payout-runs', {});
  for (const { stage } of run.stages as { stage: string }[]) {
    await (stage === 'manager' ? manager : finance).post(`/api/v1/payout-runs/${run.id}/approve`);
  }
  await finance.post(`/api/v1/payout-runs/${run.id}/submit`);
  const status = await untilSettled(admin, run.id);
  counts.runs++;
  counts.payouts += run.payouts.length;
  say(`Demo: month ${month} of ${demoWeeks / 4}, ${run.payouts.length} payouts, run ${status}`);
}

async function untilQuiet(admin: Api): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(100)) {
    if ((await admin.get('/api/v1/operations/quiet')).quiet) return;
  }
  throw new Error('the services did not come to rest within a minute');
}

async function untilSettled(admin: Api, runId: string): Promise<string> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { status } = await admin.get(`/api/v1/payout-runs/${runId}`);
    if (status === 'completed') return status;
    if (Date.now() > deadline) throw new Error(`the payout run ${runId} is still ${status}`);
    await pause(200);
  }
}

function pick<T extends { weight: number }>(choices: readonly T[], random: () => number): T {
  let left = random() * choices.reduce((sum, choice) => sum + choice.weight, 0);
  for (const choice of choices) {
    left -= choice.weight;
    if (left < 0) return choice;
  }
  return choices[choices.length - 1] as T;
}
