import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { canonicalJson, newId } from '@tributary/contracts';
import { anEvent, repeated } from '@tributary/testkit';
import {
  aConversion,
  aRefund,
  createDeal,
  type EntryShown,
  entriesOf,
  partnerOf,
  recorded,
  startWorld,
  type World,
} from '../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 2, holdDays: 10, now: '2026-05-20T00:00:00Z' });
  await createDeal(world, { terms: { components: [{ on: 'sale', model: 'flat-plus-percentage', amount: 100, rate: '0.0333' }] } });
});
afterAll(() => world.service.stop());

async function anEntry(fields: Parameters<typeof aConversion>[1] = {}): Promise<EntryShown> {
  const sale = aConversion(world, fields);
  await world.service.deliver(recorded(sale));
  const [entry] = await entriesOf(world, { conversionId: sale.conversionId });
  if (!entry) throw new Error('the sale made no entry');
  return entry;
}
const statusOf = async ({ conversionId }: EntryShown) => (await entriesOf(world, { conversionId }))[0]?.status;

const decided = (outcome: 'approved' | 'held' | 'rejected', entry: EntryShown, decision: number) =>
  anEvent(`approvals.commission.${outcome}.v1`, {
    approvalId: newId('approval'),
    entryId: entry.id,
    partnerId: partnerOf(world),
    brandId: world.brandId,
    amount: entry.amount,
    currency: 'EUR',
    decidedBy: 'automatic',
    automatic: true,
    route: 'up to the threshold',
    reason: null,
    decidedAt: '2026-05-20T00:00:00Z',
    decision,
  });
const payoutOf = (entry: EntryShown, payoutId: string) => {
  const [runId, common] = [
    newId('run'),
    { partnerId: partnerOf(world), brandId: world.brandId, amount: entry.amount, currency: 'EUR', sandbox: true },
  ];
  const step = {
    ...common,
    payoutId,
    runId,
    rail: 'simulated',
    railKey: payoutId,
    railReference: null,
    reason: null,
    contentHash: '0'.repeat(64),
    at: '2026-05-20T00:00:00Z',
  };
  return {
    created: anEvent('payouts.payout.created.v1', {
      ...common,
      payoutId,
      runId,
      part: 1,
      parts: 1,
      lines: [{ entryId: entry.id, amount: entry.amount }],
      createdAt: '2026-05-20T00:00:00Z',
    }),
    submitted: anEvent('payouts.payout.submitted.v1', step),
    settled: anEvent('payouts.payout.settled.v1', step),
    failed: anEvent('payouts.payout.failed.v1', step),
    returned: anEvent('payouts.payout.returned.v1', step),
  };
};

test('P-18 why this amount: inputs, versions, rules, steps and rounding, and the same cents when it is worked out again', async () => {
  const { id, amount } = await anEntry({ amount: 4_999 });
  const { body } = await world.service.request().get(`/api/v1/commissions/${id}/explanation`).expect(200);
  expect(amount).toBe(266); // 100 + 49.99 x 3.33 % = 100 + 166.4667
  expect(body).toMatchObject({
    entryId: id,
    amount,
    dealVersion: 1,
    engineVersion: 'engine-1',
    postedBefore: 0,
    recomputed: { entitlement: 266, amount: 266, matches: true },
  });
  expect(body.explanation.fold.inputs.conversion.amount).toBe('4999');
  expect(body.explanation.fold.steps.length).toBeGreaterThan(0);
  expect(body.explanation.fold.rounding.mode).toBe('half-away');
  const [event] = (await world.service.published('commission.entry.accrued.v1')).filter(({ data }) => data.entryId === id);
  expect(event?.data.explanationHash).toBe(createHash('sha256').update(canonicalJson(event?.data.explanation)).digest('hex'));
  expect(event?.data.explanation).toEqual(body.explanation);
});

test('P-18 an explanation that was tampered with does not recompute', async () => {
  const { id } = await anEntry({ amount: 7_000 });
  await world.service.sql(
    `UPDATE commission_entry SET explanation = replace(explanation::text, '"amount":"7000"', '"amount":"9000"')::json WHERE entry_id = $1`,
    [id],
  );
  const { body } = await world.service.request().get(`/api/v1/commissions/${id}/explanation`).expect(200);
  expect(body.recomputed.matches).toBe(false);
});

test('the highest decision holds; an approved entry is payable once it has matured', async () => {
  const entry = await anEntry({ occurredAt: '2026-05-15T10:00:00.000Z' });
  expect(await statusOf(entry)).toBe('pending');
  await world.service.deliver(decided('approved', entry, 2), decided('held', entry, 1));
  expect(await statusOf(entry)).toBe('approved');
  await world.service.deliver(decided('held', entry, 3));
  expect(await statusOf(entry)).toBe('held');
  await world.service.deliver(decided('approved', entry, 4));
  await world.service.moveClock('2026-05-25T21:59:59Z');
  expect(await statusOf(entry)).toBe('approved');
  await world.service.moveClock('2026-05-25T22:00:00Z');
  expect(await statusOf(entry)).toBe('payable');
  expect((await entriesOf(world, { status: 'payable' })).map(({ id }) => id)).toEqual([entry.id]);
});

test('D-05 decisions and payouts told in any order, repeatedly, even before the entry, end in the same status', async () => {
  const sale = aConversion(world);
  for (const seed of [1, 2, 3, 4]) {
    const entry = await anEntry({ ...sale, conversionId: newId('conversion'), eventId: `again-${seed}` });
    const [failed, paid] = [payoutOf(entry, newId('payout')), payoutOf(entry, newId('payout'))];
    await world.service.deliver(
      ...repeated(seed, [
        decided('held', entry, 1),
        decided('approved', entry, 2),
        failed.created,
        failed.submitted,
        failed.failed,
        paid.created,
        paid.submitted,
        paid.settled,
      ]),
    );
    expect(await statusOf(entry)).toBe('paid');
    await world.service.deliver(paid.returned, paid.settled);
    expect(await statusOf(entry)).toBe('payable');
  }
});

test('an entry that was taken back in full before it was paid is reversed', async () => {
  const sale = aConversion(world);
  await world.service.deliver(recorded(sale), recorded(aRefund(world, sale, null)));
  expect((await entriesOf(world, { conversionId: sale.conversionId })).map(({ status }) => status)).toEqual(['reversed', 'pending']);
});

test('WE-52 M-25 a refund that comes too long after the payment is written off, and says why, until it is taken back after all', async () => {
  const sale = aConversion(world);
  await world.service.deliver(recorded(sale), recorded(aRefund(world, sale, 1_000)));
  const [, refund] = (await entriesOf(world, { conversionId: sale.conversionId })) as [EntryShown, EntryShown];
  const why = {
    reason: 'clawback-window-over',
    paidAt: '2026-03-02T08:00:00.000Z',
    clawbackDays: 60,
    until: '2026-05-01T22:00:00.000Z',
  } as const;
  const told = (writtenOff: typeof why | null, sequence: number) =>
    anEvent(
      'payouts.write-off.changed.v1',
      {
        entryId: refund.id,
        partnerId: partnerOf(world),
        brandId: world.brandId,
        amount: refund.amount,
        currency: 'EUR',
        writtenOff,
        changedAt: '2026-05-20T00:00:00Z',
      },
      { sequence },
    );
  const shown = async (status: string) => (await entriesOf(world, { status })).find(({ id }) => id === refund.id);
  expect(await shown('pending')).toMatchObject({ writtenOff: null });
  await world.service.deliver(decided('approved', refund, 1), told(why, 3), told(null, 2));
  expect(await shown('written-off')).toMatchObject({ writtenOff: why });
  await world.service.deliver(told(null, 7), told(why, 5));
  expect(await shown('written-off')).toBeUndefined();
  expect(await shown('payable')).toMatchObject({ writtenOff: null });
});

test('lists are paged in a stable order and see nothing of other brands', async () => {
  const all = await entriesOf(world);
  const seen: string[] = [];
  for (let cursor: string | null = null; ; ) {
    const { body }: { body: { data: EntryShown[]; nextCursor: string | null } } = await world.service
      .request()
      .get('/api/v1/commissions')
      .query({ limit: 3, ...(cursor ? { cursor } : {}) })
      .expect(200);
    seen.push(...body.data.map(({ id }) => id));
    cursor = body.nextCursor;
    if (cursor === null) break;
  }
  expect(seen.reverse()).toEqual(all.map(({ id }) => id));
  const stranger = world.service.request({ brandIds: [newId('brand')] });
  expect((await stranger.get('/api/v1/commissions').expect(200)).body.data).toEqual([]);
  await stranger.get(`/api/v1/commissions/${all[0]?.id}/explanation`).expect(404);
  await stranger.get(`/api/v1/conversions/${all[0]?.conversionId}/outcome`).expect(404);
});

test('T-47 M-25 a refund of what a later deposit qualified counts from the refund, and matures with what it corrects', async () => {
  const customerId = newId('customer');
  const here = { ...world, partnerIds: [world.partnerIds[1] ?? ''] };
  const first = { on: 'first-deposit', model: 'flat', amount: 5_000, onRefund: 'proportional' };
  await createDeal(here, { terms: { components: [{ ...first, qualify: { customer: { minDeposits: 3_000, onExclusion: 'keep' } } }] } });
  const signUp = aConversion(here, { kind: 'first-deposit', customerId, occurredAt: '2026-03-10T12:00:00.000Z' });
  const deposit = aConversion(here, { kind: 'deposit', amount: 3_000, customerId, occurredAt: '2026-04-05T12:00:00.000Z' });
  await world.service.deliver(recorded(signUp), recorded(deposit));
  await world.service.deliver(recorded(aRefund(here, signUp, 10_000, { occurredAt: '2026-05-20T12:00:00.000Z' })));
  const entries = await entriesOf(here, { partnerId: partnerOf(here) });
  expect(entries).toMatchObject([
    { amount: 5_000, occurredAt: '2026-04-05T12:00:00.000Z', period: '2026-04' },
    { amount: -5_000, occurredAt: '2026-05-20T12:00:00.000Z', period: '2026-05', adjusts: entries[0]?.id },
  ]);
  expect(entries[1]?.maturesAt).toBe(entries[0]?.maturesAt);
});
