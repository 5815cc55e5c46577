import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyBundle } from '@tributary/evidence';
import { everyModelStory, goldenStory } from '@tributary/evidence/testing';
import { shuffled, startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../composition.js';

let audit: TestService;
beforeAll(async () => {
  audit = await startTestService((environment) => compose(environment));
});
afterAll(() => audit.stop());

const evidenceOf = (payoutId: string) =>
  audit
    .request()
    .get(`/api/v1/payouts/${payoutId}/evidence`)
    .buffer(true)
    .parse(asText as never);

test('an adjustment needs no conversion and no deal to be traced and proved', async () => {
  const { events, payoutId } = goldenStory({ adjusted: true });
  await audit.deliver(...shuffled(3, events));
  const { body } = await evidenceOf(payoutId).expect(200);
  expect(verifyBundle(Buffer.from(body))).toMatchObject({ holds: true, amount: 2050 });
  const trace = await audit.request().get(`/api/v1/payouts/${payoutId}/trace`).expect(200);
  expect(trace.body.missing).toEqual([]);
  expect(trace.body.steps.map(({ summary }: { summary: string }) => summary)).toContain('adjustment of 150 EUR by key_maker');
});

test('T-32 D-01 a payout over every kind of entry is proved and traced down to what others brought and the month summed up', async () => {
  const { events, payoutId, partnerId } = everyModelStory({ plays: 30 });
  await audit.deliver(...shuffled(5, events));
  const { body } = await evidenceOf(payoutId).expect(200);
  const verdict = verifyBundle(Buffer.from(body));
  expect(verdict).toMatchObject({ holds: true, problems: [], amount: 9852 });
  expect(verdict.records).toMatchObject({ 'deal-version': 3, snapshot: 6, 'fx-rate': 1, statement: 1, 'month-events': 1, conversion: 35 });

  const trace = await audit.request().get(`/api/v1/payouts/${payoutId}/trace`).expect(200);
  expect(trace.body.missing).toEqual([]);
  const summaries = (step: string): string[] =>
    trace.body.steps.filter((one: { step: string }) => one.step === step).map(({ summary }: { summary: string }) => summary);
  expect(summaries('statement')).toEqual(['revision 1 of 2026-03: 2100 EUR of 31 events, the first 20 shown']);
  expect(summaries('conversion').filter((one) => one.startsWith('player-activity'))).toHaveLength(20);
  const others = summaries('entry').filter((one) => one.includes('for a conversion of ptr_'));
  expect(others.map((one) => one.split(' by ')[0])).toEqual(['accrual of 400 EUR', 'accrual of 60 EUR']);
  expect(others.join()).not.toContain(partnerId);
});

test('T-32 whatever of circumstances and months has not arrived is waited for', async () => {
  const kinds = ['directory.partner', 'tracking.customer', 'commission.statement', 'commission.deal'];
  for (const [seed, kind] of kinds.entries()) {
    const { events, payoutId } = everyModelStory();
    const late = events.filter(({ type }) => type.startsWith(kind));
    await audit.deliver(
      ...shuffled(
        seed,
        events.filter(({ type }) => !type.startsWith(kind)),
      ),
    );
    const early = await evidenceOf(payoutId).expect(409);
    expect(JSON.parse(early.body)).toMatchObject({ code: 'evidence-incomplete' });
    await audit.deliver(...late);
    await evidenceOf(payoutId).expect(200);
  }
});

/** What evidence says, without where in the chain it stands and when it was made. */
const saidBy = (bundle: string) =>
  bundle
    .split('\n')
    .flatMap((line) => /"event":\{.*?"id":"([^"]+)"/.exec(line)?.[1] ?? [])
    .sort();

test('T-32 whatever has not arrived: evidence is refused and says why, or verifies, and says the same once all is there', async () => {
  const total = goldenStory({ refundedLater: true }).events.length;
  const refused = new Set<string>();
  for (let left = 0; left < total; left += 1) {
    const other = goldenStory({ refundedLater: true });
    const [late] = other.events.splice(left, 1);
    if (late === undefined) throw new Error('the story has fewer events');
    await audit.deliver(...shuffled(left, other.events));
    const early = await evidenceOf(other.payoutId);
    // Without the event that made it nobody knows the payout.
    expect([200, late.type === 'payouts.payout.created.v1' ? 404 : 409]).toContain(early.status);
    if (early.status === 200) expect(verifyBundle(Buffer.from(early.body)).problems).toEqual([]);
    if (early.status === 409) {
      refused.add(late.type);
      expect(early.headers).toMatchObject({ 'retry-after': '2', 'content-type': expect.stringContaining('problem+json') });
      expect(JSON.parse(early.body)).toMatchObject({ code: 'evidence-incomplete', detail: expect.stringMatching(/: .{10}/) });
    }
    await audit.deliver(late);
    const whole = await evidenceOf(other.payoutId).expect(200);
    expect(verifyBundle(Buffer.from(whole.body)).problems).toEqual([]);
    expect(saidBy(whole.body).length).toBeGreaterThan(20);
  }
  expect([...refused].sort()).toEqual([
    'approvals.commission.approved.v1',
    'approvals.routing-policy.accepted.v1',
    'approvals.run.cleared.v1',
    'commission.conversion.rated.v1',
    'commission.deal.versioned.v1',
    'commission.entry.accrued.v1',
    'payouts.ledger.posted.v1',
    'payouts.payout.settled.v1',
    'payouts.payout.submitted.v1',
    'payouts.run.sealed.v1',
    'tracking.conversion.attributed.v1',
    'tracking.conversion.recorded.v1',
  ]);
}, 240_000);

test('T-32 a refund reported after the payout is waited for until it is rated, and is no part of the evidence', async () => {
  const other = goldenStory({ refundedLater: true });
  const paid = other.events.findIndex(({ type }) => type === 'notifications.message.sent.v1') + 1;
  const [refund, ...follows] = other.events.slice(paid);
  await audit.deliver(...other.events.slice(0, paid));
  const before = saidBy((await evidenceOf(other.payoutId).expect(200)).body);
  await audit.deliver(...(refund ? [refund] : []));
  const refused = await evidenceOf(other.payoutId).expect(409);
  expect(JSON.parse(refused.body).detail).toContain(`rating of conversion ${refund?.subject}`);
  for (const event of follows) {
    await audit.deliver(event);
    const { status, body } = await evidenceOf(other.payoutId);
    if (status !== 409) expect(saidBy(body)).toEqual(before);
  }
  await evidenceOf(other.payoutId).expect(200);
});

test('T-32 events that arrive in any order never make evidence that does not verify', async () => {
  const other = goldenStory({ refundedLater: true });
  const created = other.events.findIndex(({ type }) => type === 'payouts.payout.created.v1');
  await audit.deliver(...other.events.splice(created, 1));
  const answers: number[] = [];
  for (const event of shuffled(11, other.events)) {
    await audit.deliver(event);
    const { status, body } = await evidenceOf(other.payoutId);
    answers.push(status);
    if (status === 200) expect(verifyBundle(Buffer.from(body)).problems).toEqual([]);
    else expect(status).toBe(409);
  }
  expect(answers.at(-1)).toBe(200);
});

function asText(response: NodeJS.ReadableStream, done: (error: Error | null, body: string) => void): void {
  let body = '';
  response.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  response.on('end', () => done(null, body));
}
