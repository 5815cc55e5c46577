import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { verifyBundle } from '@tributary/evidence';
import { type GoldenStory, goldenStory } from '@tributary/evidence/testing';
import { anEvent, repeated, shuffled, startTestService, type TestService } from '@tributary/testkit';
import { compose } from './composition.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-audit-'));
const anchors = path.join(folder, 'anchors.ndjson');
const rebuilt: string[] = [];
let audit: TestService;
let story: GoldenStory;
beforeAll(async () => {
  const insights = {
    kind: 'handler',
    handler: (request: { url?: string }, response: { end(text: string): void }) => {
      rebuilt.push(request.url ?? '');
      response.end('{}');
    },
  } as unknown as NonNullable<Parameters<typeof compose>[1]>['insights'];
  audit = await startTestService((environment) => compose(environment, insights ? { insights } : {}), {
    env: { TRIBUTARY_AUDIT_ANCHORS: anchors, TRIBUTARY_TRACE_URL: 'http://traces/{traceId}' },
  });
  story = goldenStory();
  // Order and repetition must not matter to what is told later.
  await audit.deliver(...repeated(7, shuffled(7, story.events)));
});
afterAll(async () => {
  await audit?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const get = (url: string, as = {}) => audit.request(as).get(url);
const verification = async () => (await get('/api/v1/audit/verification').expect(200)).body;
const aMove = (movedBy: string) => anEvent('gateway.clock.moved.v1', { now: '2026-03-01T00:00:00.000Z', movedBy });

test('T-32 C-01 every event is archived once, chained without a gap', async () => {
  expect(await verification()).toMatchObject({ valid: true, records: story.events.length, firstBroken: null });
  const rows = await audit.sql<{ event: string }>('SELECT event FROM audit_record ORDER BY sequence');
  expect(rows.map(({ event }) => JSON.parse(event).id).sort()).toEqual(story.events.map(({ id }) => id).sort());
});

test('the archive is listed newest first, by type, subject, brand and partner, page by page', async () => {
  const first = await get('/api/v1/audit/records?limit=2').expect(200);
  expect(first.body.data.map((row: { sequence: number }) => row.sequence)).toEqual([story.events.length, story.events.length - 1]);
  const second = await get(`/api/v1/audit/records?limit=2&cursor=${first.body.nextCursor}`).expect(200);
  expect(second.body.data[0].sequence).toBe(story.events.length - 2);
  const entries = await get(
    `/api/v1/audit/records?type=commission.entry.accrued.v1&brandId=${story.brandId}&partnerId=${story.partnerId}`,
  ).expect(200);
  expect(entries.body.data).toHaveLength(5);
  expect((await get(`/api/v1/audit/records?subject=${story.runId}`).expect(200)).body.data).toHaveLength(2);
});

test('a caller of another brand sees nothing of it', async () => {
  const stranger = { roles: ['auditor'], brandIds: [newId('brand')] } as const;
  expect((await get('/api/v1/audit/records', stranger).expect(200)).body.data).toEqual([]);
  for (const what of ['evidence', 'trace']) await get(`/api/v1/payouts/${story.payoutId}/${what}`, stranger).expect(404);
  await get(`/api/v1/payouts/${story.payoutId}/trace`, { roles: ['auditor'], brandIds: [story.brandId] }).expect(200);
  await get(`/api/v1/payouts/${newId('payout')}/evidence`).expect(404);
});

const evidenceOf = (payoutId: string) =>
  get(`/api/v1/payouts/${payoutId}/evidence`)
    .buffer(true)
    .parse(asText as never);

test('T-32 D-01 the evidence of a payout verifies offline with the published key', async () => {
  const keys = (await audit.anonymous().get('/api/v1/evidence-keys').expect(200)).body.keys;
  expect(keys).toEqual([expect.objectContaining({ active: true, publicKeyPem: expect.stringContaining('BEGIN PUBLIC KEY') })]);
  const answer = await evidenceOf(story.payoutId).expect(200);
  expect(answer.headers['content-type']).toContain('application/x-ndjson');
  const verdict = verifyBundle(Buffer.from(answer.body), { publicKey: keys[0].publicKeyPem });
  expect(verdict.problems).toEqual([]);
  expect(verdict).toMatchObject({ holds: true, amount: 1900, warnings: [] });
});

test('Q-10 D-13 the trace of a payout goes from click to settlement and message', async () => {
  const { body } = await get(`/api/v1/payouts/${story.payoutId}/trace`).expect(200);
  expect(body).toMatchObject({ complete: true, missing: [], omittedLines: 0 });
  const steps = body.steps as { step: string; id: string; traceUrl: string | null; causationId: string | null; eventId: string }[];
  const road = [
    'click',
    'conversion',
    'rated',
    'entry',
    'approval',
    'ledger-posting',
    'payout-created',
    'run-sealed',
    'run-cleared',
    'payout-submitted',
    'payout-settled',
    'message-sent',
  ];
  expect(new Set(steps.map(({ step }) => step))).toEqual(new Set(road));
  expect(steps[0]).toMatchObject({ step: 'click', id: story.clickId, traceUrl: `http://traces/${'c'.repeat(32)}` });
  const entry = steps.find(({ step }) => step === 'entry');
  expect(steps.find(({ eventId }) => eventId === entry?.causationId)?.step).toBe('conversion');
});

test('T-32 evidence-incomplete names the hop that has not arrived, and the trace too', async () => {
  const other = goldenStory();
  const without = other.events.filter(({ type }) => type !== 'payouts.payout.settled.v1');
  const cut = without.filter(
    ({ type, id }) => type !== 'tracking.conversion.recorded.v1' || id !== without.find((one) => one.type === type)?.id,
  );
  await audit.deliver(...cut);
  const refused = await get(`/api/v1/payouts/${other.payoutId}/evidence`).expect(409);
  expect(refused.body).toMatchObject({
    code: 'evidence-incomplete',
    detail: expect.stringContaining(`settlement of payout ${other.payoutId}`),
  });
  expect(refused.body.detail).toMatch(/conversion cnv_/);
  const { body } = await get(`/api/v1/payouts/${other.payoutId}/trace`).expect(200);
  expect(body.complete).toBe(false);
  expect(body.missing).toEqual(expect.arrayContaining([expect.stringMatching(/^event .* which caused commission\.entry/)]));
  await audit.deliver(...other.events);
  await get(`/api/v1/payouts/${other.payoutId}/evidence`).expect(200);
});

test('the application role can neither change nor remove a record', async () => {
  for (const attempt of [
    "UPDATE audit_record SET type = 'x'",
    'DELETE FROM audit_record',
    'TRUNCATE audit_record',
    'DELETE FROM audit_event',
  ]) {
    await expect(audit.db.pool.query(attempt)).rejects.toMatchObject({ code: '42501' });
  }
});

test('a replay sends what a service consumes, in its lanes, from an instant on', async () => {
  await audit.request().post('/api/v1/operations/replays').send({ service: 'nobody', from: '2020-01-01T00:00:00.000Z' }).expect(422);
  await audit
    .request()
    .post('/api/v1/operations/replays')
    .send({ service: 'payouts', from: '2020-01-01T00:00:00.000Z', rebuild: true })
    .expect(422);
  await audit
    .request({ roles: ['auditor'] })
    .post('/api/v1/operations/replays')
    .send({ service: 'payouts', from: '2020-01-01T00:00:00.000Z' })
    .expect(403);
  const before = audit.bus.sent.length;
  const answer = await audit
    .request()
    .post('/api/v1/operations/replays')
    .send({ service: 'approvals', from: '2020-01-01T00:00:00.000Z', eventsPerSecond: 20000 })
    .expect(202);
  await audit.service.runDueJobs();
  const sent = audit.bus.sent.slice(before);
  expect(sent).toHaveLength(answer.body.sent);
  expect(new Set(sent.map(({ type }) => type))).toEqual(
    new Set([
      'commission.entry.accrued.v1',
      'payouts.payout.created.v1',
      'payouts.run.sealed.v1',
      'tracking.conversion.attributed.v1',
      'tracking.conversion.recorded.v1',
    ]),
  );
  expect(
    (await audit.request().post('/api/v1/operations/replays').send({ service: 'approvals', from: '2099-01-01T00:00:00.000Z' }).expect(202))
      .body.sent,
  ).toBe(0);
  await audit
    .request()
    .post('/api/v1/operations/replays')
    .send({ service: 'insights', from: '2020-01-01T00:00:00.000Z', eventsPerSecond: 20000, rebuild: true })
    .expect(202);
  await audit.service.runDueJobs();
  expect(rebuilt).toEqual(['/internal/rebuild']);
});

interface Stored {
  sequence: bigint;
  event: string;
}
const records = async () => audit.sql<Stored>('SELECT sequence, event FROM audit_record ORDER BY sequence');

/** Runs a superuser's tampering, looks, and puts everything back. */
async function tampered(statements: string[]): Promise<{ valid: boolean; firstBroken: number; reason: string }> {
  await audit.sql('CREATE TABLE IF NOT EXISTS saved_records AS SELECT * FROM audit_record WITH NO DATA');
  await audit.sql('TRUNCATE saved_records');
  await audit.sql('INSERT INTO saved_records SELECT * FROM audit_record');
  const [head] = await audit.sql<{ sequence: string; hash: string }>('SELECT sequence, hash FROM chain_head');
  try {
    for (const statement of statements) await audit.sql(statement);
    return await verification();
  } finally {
    await audit.sql('DELETE FROM audit_record');
    await audit.sql('INSERT INTO audit_record SELECT * FROM saved_records');
    await audit.sql('UPDATE chain_head SET sequence = $1, hash = $2', [head?.sequence, head?.hash]);
  }
}

test('T-33 one changed byte of any record is found, and its sequence named', async () => {
  for (const { sequence, event } of (await records()).filter((_, index) => index % 9 === 0)) {
    const at = 1 + ((Number(sequence) * 31) % event.length);
    const byte = event[at - 1] === 'x' ? 'y' : 'x';
    const found = await tampered([
      `UPDATE audit_record SET event = overlay(event placing '${byte}' from ${at} for 1) WHERE sequence = ${sequence}`,
    ]);
    expect(found).toMatchObject({ valid: false, firstBroken: Number(sequence) });
  }
});

test.each(['type', 'subject', 'about', 'brand_id', 'partner_id', 'hash', 'previous_hash'])('T-33 a changed %s is found', async (column) => {
  expect(await tampered([`UPDATE audit_record SET ${column} = 'x' WHERE sequence = 9`])).toMatchObject({ valid: false, firstBroken: 9 });
});

test('C-01 a changed time or event id, a removed, swapped, repeated and cut record are found', async () => {
  const last = Number((await records()).at(-1)?.sequence);
  expect(await tampered(["UPDATE audit_record SET recorded_at = recorded_at + interval '1 ms' WHERE sequence = 9"])).toMatchObject({
    firstBroken: 9,
  });
  expect(await tampered(['UPDATE audit_record SET event_id = gen_random_uuid() WHERE sequence = 9'])).toMatchObject({ firstBroken: 9 });
  expect(await tampered(['DELETE FROM audit_record WHERE sequence = 9'])).toMatchObject({
    firstBroken: 9,
    reason: expect.stringContaining('removed'),
  });
  expect(
    await tampered(['UPDATE audit_record SET sequence = CASE sequence WHEN 9 THEN 12 ELSE 9 END WHERE sequence IN (9, 12)']),
  ).toMatchObject({ firstBroken: 9 });
  expect(
    await tampered([
      "INSERT INTO audit_record SELECT sequence, recorded_at + interval '1 ms', event_id, type, subject, about, brand_id, partner_id, event, previous_hash, hash FROM audit_record WHERE sequence = 9",
    ]),
  ).toMatchObject({ firstBroken: 10 });
  expect(await tampered([`DELETE FROM audit_record WHERE sequence > ${last - 3}`])).toMatchObject({
    firstBroken: last - 2,
    reason: expect.stringContaining('cut'),
  });
});

test('C-01 a tail that is cut together with the head is found by the anchor outside the database', async () => {
  await audit.moveClock(new Date(audit.clock.now().getTime() + 1000));
  const last = Number((await records()).at(-1)?.sequence);
  const cut = [
    `DELETE FROM audit_record WHERE sequence > ${last - 3}`,
    `UPDATE chain_head SET sequence = ${last - 3}, hash = (SELECT hash FROM audit_record WHERE sequence = ${last - 3})`,
  ];
  expect(await tampered(cut)).toMatchObject({ valid: false, firstBroken: last - 2 });
  const replaced = ["UPDATE chain_head SET sequence = 0, hash = repeat('0', 64)", 'DELETE FROM audit_record'];
  expect(await tampered(replaced)).toMatchObject({ valid: false, firstBroken: 1 });
});

test('C-01 a chain that was computed anew from a changed record is found by the anchor', async () => {
  await audit.moveClock(new Date(audit.clock.now().getTime() + 1000));
  const { chained, contentOf } = await import('./archive/archive-events.consumer.js');
  const { genesisHash } = await import('@tributary/evidence');
  const rows = await audit.sql<{ event: string; recorded_at: Date }>('SELECT event, recorded_at FROM audit_record ORDER BY sequence');
  const events = rows.map(({ event }) => JSON.parse(event));
  events[4].actorid = 'somebody-else';
  const anew = chained({ sequence: 0, hash: genesisHash, recordedAt: null }, events.map(contentOf), new Date('2030-01-01T00:00:00Z'));
  const values = anew
    .map((r) => `(${r.sequence}, '${r.recordedAt}'::timestamptz, '${r.hash}', '${r.previousHash}', $x$${r.event}$x$)`)
    .join(',');
  const found = await tampered([
    `UPDATE audit_record a SET recorded_at = v.at, hash = v.hash, previous_hash = v.previous, event = v.event FROM (VALUES ${values}) AS v (sequence, at, hash, previous, event) WHERE a.sequence = v.sequence`,
    `UPDATE chain_head SET hash = '${anew.at(-1)?.hash}'`,
  ]);
  expect(found).toMatchObject({ valid: false, reason: expect.stringContaining('rewritten') });
});

test('C-01 a forged anchor is found', async () => {
  await audit.moveClock(new Date(audit.clock.now().getTime() + 1000));
  const kept = readFileSync(anchors, 'utf8');
  writeFileSync(anchors, kept.replace(/"at":"2/, '"at":"1'));
  expect(await verification()).toMatchObject({ valid: false, reason: expect.stringContaining('anchors were tampered with') });
  writeFileSync(anchors, kept);
  expect(await verification()).toMatchObject({ valid: true });
});

test('after all that the chain goes on', async () => {
  await audit.deliver(aMove('a'), aMove('b'));
  expect(await verification()).toMatchObject({ valid: true });
});

beforeEach(() => expect(audit.service.messaging.health()).resolves.toMatchObject({ inbox: { pending: 0, parked: 0 } }));

function asText(response: NodeJS.ReadableStream, done: (error: Error | null, body: string) => void): void {
  let body = '';
  response.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  response.on('end', () => done(null, body));
}
