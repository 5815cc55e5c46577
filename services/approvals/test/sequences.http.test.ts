import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Role } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { runs } from '@tributary/testkit/runs';
import fc from 'fast-check';
import { compose } from '../src/composition.js';
import { aBrandWithPartner } from './facts.js';

let approvals: TestService;
beforeAll(async () => {
  approvals = await startTestService(compose);
});
afterAll(() => approvals.stop());

const actors = ['m1', 'm2', 'm3', 'f1', 'f2', 'f3'];
const roleOf = (actor: string): Role => (actor.startsWith('f') ? 'finance-approver' : 'programme-manager');
const as = (actorId: string) => approvals.request({ actorId, roles: [roleOf(actorId)] });

const large = (outcome: string) => ({
  name: 'large',
  when: { combinator: 'and', rules: [{ field: 'size', operator: '>', value: 50_000 }] },
  outcome,
});
const flagged = {
  name: 'flagged',
  when: { combinator: 'and', rules: [{ field: 'flags.30', operator: '>=', value: 1 }] },
  outcome: 'manager',
};
const tables = [
  [large('manager-and-finance'), flagged, { name: 'rest', outcome: 'auto', decideWithinHours: 24 }],
  [flagged, { name: 'rest', outcome: 'manager-and-finance', decideWithinHours: 1 }],
  [large('finance'), { name: 'rest', outcome: 'manager' }],
];

const index = fc.nat({ max: 1000 });
const actor = fc.constantFrom(...actors);
const verdict = fc.constantFrom('approve', 'approve', 'approve', 'approve', 'hold', 'reject');
const aCommand = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('accrue' as const), amount: fc.constantFrom(1, 40_000, 60_000, 600_000), maker: actor }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('correct' as const), of: index, amount: fc.constantFrom(-1, -500, 700, 90_000) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('hit' as const), of: index, by: actor, rule: fc.constantFrom('velocity', 'same-device') }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      of: index,
      by: actor,
      onBehalfOf: fc.option(actor, { freq: 4, nil: undefined }),
      verdict,
      together: actor,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('batch' as const), by: actor, verdict }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('resolve' as const),
      of: index,
      by: actor,
      resolution: fc.constantFrom('clear', 'clear', 'fraud'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delegate' as const), from: actor, to: actor }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('table' as const), which: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 30 }) }) },
);
type Command = typeof aCommand extends fc.Arbitrary<infer C> ? C : never;

/** One brand, whatever people and platform do to its commissions. */
async function play(commands: readonly Command[]): Promise<string> {
  const world = aBrandWithPartner();
  const { brandId } = world;
  await approvals.deliver(world.brand, world.partner());
  const entries: ReturnType<typeof world.entry>[] = [];
  const at = (of: number) => entries[of % Math.max(1, entries.length)];
  const send = async (by: string, path: string, body: object) => {
    const answer = await as(by).post(`/api/v1${path}`).send(body);
    expect(answer.status).toBeLessThan(500);
    return answer;
  };
  const idOf = async (entryId: string) =>
    (await approvals.sql<{ id: string }>('SELECT id FROM approval WHERE entry_id = $1', [entryId]))[0]?.id;
  for (const command of commands) {
    switch (command.do) {
      case 'accrue': {
        const entry = world.entry(command.amount, { dealAuthorId: command.maker });
        entries.push(entry);
        await approvals.deliver(entry);
        break;
      }
      case 'correct': {
        const original = at(command.of);
        if (!original || original.data.adjusts !== null) break;
        const { entryId, conversionId, dealAuthorId } = original.data;
        const reason = command.amount < 0 ? 'refund' : 're-rating';
        const entry = world.entry(command.amount, { adjusts: entryId, reason, conversionId, dealAuthorId });
        entries.push(entry);
        await approvals.deliver(entry);
        break;
      }
      case 'hit': {
        const { rule } = command;
        const conversionId = at(command.of)?.data.conversionId;
        if (conversionId) await send(managerFor(command.by), '/risk-hits', { brandId, conversionId, rule, detail: 'found' });
        break;
      }
      case 'decide': {
        const original = at(command.of);
        const id = original && (await idOf(original.data.entryId));
        if (id === undefined) break;
        const body = { decision: command.verdict, reason: 'looked at it' };
        const own = send(command.by, `/approvals/${id}/decision`, { ...body, onBehalfOf: command.onBehalfOf });
        await Promise.all([own, send(command.together, `/approvals/${id}/decision`, { ...body, decision: 'approve' })]);
        break;
      }
      case 'batch': {
        const { body, status } = await send(command.by, '/approvals/batch-decisions', {
          brandId,
          decision: command.verdict,
          reason: 'all of them',
          filter: {},
        });
        if (status !== 200) break;
        const lines = body.rows.filter(({ outcome }: { outcome: string }) => outcome === 'decided');
        const sum = lines.reduce((total: number, { amount }: { amount: number }) => total + amount, 0);
        expect(body.totals.reduce((total: number, { amount }: { amount: number }) => total + amount, 0)).toBe(sum);
        break;
      }
      case 'resolve': {
        const { body } = await as(command.by).get(`/api/v1/risk-cases?brandId=${brandId}&status=open`).expect(200);
        const open = body.data[command.of % Math.max(1, body.data.length)];
        const resolution = { resolution: command.resolution, reason: 'looked at all of it' };
        if (open) await send(command.by, `/risk-cases/${open.id}/resolution`, resolution);
        break;
      }
      case 'delegate': {
        const validUntil = new Date(approvals.clock.now().getTime() + 86_400_000).toISOString();
        await send(command.from, '/approval-delegations', { brandId, delegateId: command.to, validUntil, reason: 'away' });
        break;
      }
      case 'table': {
        const rows = tables[command.which % tables.length];
        const { body } = await send('m1', `/brands/${brandId}/routing-policies`, { rows, reason: 'other rules' });
        await send('m2', `/brands/${brandId}/routing-policies/${body.version}/accept`, {});
        break;
      }
      case 'wait':
        await approvals.moveClock(new Date(approvals.clock.now().getTime() + command.hours * 3_600_000));
        break;
    }
  }
  return brandId;
}
/** Those who may report a hit are managers. */
const managerFor = (by: string): string => by.replace('f', 'm');

interface Decided {
  id: string;
  entryId: string;
  status: string;
  needs: string;
  makerId: string;
  amount: bigint;
  decidedBy: string | null;
  decisions: number;
  followed: string | null;
  reporters: string[];
  log: { decision: number; status: string; decidedBy: string; onBehalfOf: string | null; stage: string | null; hash: string | null }[];
}

const wholeBrand = /* sql */ `
SELECT one.id, one.entry_id AS "entryId", one.status, one.needs, one.maker_id AS "makerId", one.amount, one.decided_by AS "decidedBy", one.decisions,
  (SELECT status FROM approval original WHERE original.entry_id = one.follows_entry_id) AS followed,
  ARRAY(SELECT hit.reported_by FROM risk_hit_effect effect JOIN risk_hit hit ON hit.id = effect.hit_id
        WHERE effect.approval_id = one.id AND effect.effect = 'held') AS reporters,
  (SELECT coalesce(json_agg(json_build_object('decision', decision, 'status', status, 'decidedBy', decided_by, 'onBehalfOf', on_behalf_of,
      'stage', stage, 'hash', content_hash) ORDER BY decision), '[]') FROM approval_decision WHERE approval_id = one.id) AS log
FROM approval one WHERE one.brand_id = $1`;

/** What must hold of each approval, whatever happened: looked up in what is kept, not in what was answered. */
function check(one: Decided, told: readonly { type: string; decision: number }[]) {
  expect(one.log.map(({ decision }) => decision)).toEqual(one.log.map((_, number) => number + 1));
  expect(one.decisions).toBe(one.log.length);
  // What was approved and takes back stays so: payouts count it for nothing beside what is held or rejected.
  const tookBack = one.amount < 0n && one.status === 'approved';
  if ((one.followed === 'approved' || one.followed === 'rejected') && !tookBack) expect(one.status).toBe(one.followed);
  const inOrder = [...told].sort((a, b) => a.decision - b.decision).map(({ type }) => type.split('.')[2]);
  if (one.status === 'approved' || one.status === 'rejected') expect(inOrder.at(-1)).toBe(one.status);
  // Approved once, and once again after each time that a hit has opened it; rejected, nothing follows.
  inOrder.forEach((type, place) => {
    if (place > 0) expect(inOrder[place - 1]).not.toBe('rejected');
    if (type === 'approved' && place < inOrder.length - 1) expect(inOrder[place + 1]).toBe('held');
  });
  if (one.status === 'waiting' || one.status === 'held') expect(inOrder.at(-1)).not.toBe('approved');
  if (one.status !== 'approved') return;
  if (one.decidedBy === 'automatic') {
    expect(one.needs === 'nobody' || one.followed === 'approved').toBe(true);
    return;
  }
  const stages = one.needs === 'manager-and-finance' ? ['manager', 'finance'] : [one.needs];
  const taken = one.log.slice(-stages.length);
  expect(taken.map(({ stage, status }) => [stage, status])).toEqual(stages.map((stage) => [stage, 'approved']));
  expect(new Set(taken.map(({ hash }) => hash)).size).toBe(1);
  const persons = taken.flatMap(({ decidedBy, onBehalfOf }) => (onBehalfOf === null ? [decidedBy] : [decidedBy, onBehalfOf]));
  expect(new Set(persons).size).toBe(persons.length);
  for (const excluded of [one.makerId, ...one.reporters]) expect(persons).not.toContain(excluded);
  for (const { stage, decidedBy } of taken) if (stage === 'finance') expect(roleOf(decidedBy)).toBe('finance-approver');
}

test('INV-R5 FG1-FG3 property: whatever people, hits, corrections, batches and clocks do at once, each approval is approved once, by whom it needs', async () => {
  const commands = fc.array(aCommand, { minLength: runs(60, 100), maxLength: runs(60, 100), size: 'max' });
  let checked = 0;
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      const brandId = await play(sequence);
      const told = (await approvals.published()).filter(
        ({ brandid, type }) => brandid === brandId && /commission\.(approved|held|rejected)\.v1/.test(type),
      );
      for (const one of await approvals.sql<Decided & Record<string, unknown>>(wholeBrand, [brandId])) {
        const own = told.filter(({ subject }) => subject === one.entryId);
        check(
          one,
          own.map(({ type, data }) => ({ type, decision: (data as { decision: number }).decision })),
        );
        checked += 1;
      }
    }),
    { numRuns: runs(6, 200), endOnFailure: true },
  );
  expect(checked).toBeGreaterThan(10);
}, 1_800_000);
