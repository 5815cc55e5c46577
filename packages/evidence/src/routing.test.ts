import { expect, test } from '@jest/globals';
import type { EventOf } from '@tributary/contracts';
import { bundleOf, goldenStory, testKey } from './testing/index.js';
import { verifyBundle } from './verify-bundle.js';

const operator = testKey('evidence-1');
/** A bundle of a story that was told otherwise, hashed and signed as if it were true. */
function verdict(change: (events: EventOf[]) => EventOf[] | undefined) {
  const { payoutId, events } = goldenStory();
  const told = change(events) ?? events;
  const { text } = bundleOf(payoutId, told, operator);
  return verifyBundle(Buffer.from(text), { publicKey: operator.publicKey });
}
// biome-ignore lint/suspicious/noExplicitAny: any field of an event is changed here
const dataOf = (events: EventOf[], type: string): any => {
  const found = events.findLast((event) => event.type === type && (type !== approved || 'stages' in event.data));
  if (!found) throw new Error(`no ${type}`);
  return found.data;
};
const approved = 'approvals.commission.approved.v1';
const policy = 'approvals.routing-policy.accepted.v1';

test('D-01 the evidence holds the routing table whose row said who had to decide, the hold, and both decisions', () => {
  const { payoutId, events } = goldenStory();
  const { records } = bundleOf(payoutId, events, operator);
  const bodies = records.map(({ kind, body }) => [kind, body] as [string, { event?: { type: string; data: Record<string, unknown> } }]);
  expect(bodies.filter(([kind]) => kind === 'routing-policy')).toHaveLength(1);
  const types = bodies.filter(([kind]) => kind === 'approval').map(([, body]) => body.event?.type);
  expect(types).toEqual(expect.arrayContaining(['approvals.commission.held.v1', approved]));
  expect(verdict(() => undefined)).toMatchObject({ holds: true, problems: [] });
});

test.each<[string, (events: EventOf[]) => EventOf[] | undefined, RegExp]>([
  [
    'a row that no table has',
    (e) => void Object.assign(dataOf(e, approved), { routing: { policyVersion: 1, row: 'free' } }),
    /no row free/,
  ],
  [
    'one person on both stages',
    (e) => void Object.assign(dataOf(e, approved).stages[0], { decidedBy: 'key_finance' }),
    /one person approved two/,
  ],
  ['a stage left out', (e) => void dataOf(e, approved).stages.shift(), /asks for a manager and finance/],
  [
    'a delegate who is the other',
    (e) => void Object.assign(dataOf(e, approved).stages[1], { onBehalfOf: 'key_manager' }),
    /one person approved two/,
  ],
  ['approved by itself', (e) => void Object.assign(dataOf(e, approved), { automatic: true, stages: undefined }), /approved itself/],
  ['another last stage', (e) => void Object.assign(dataOf(e, approved), { decidedBy: 'key_other' }), /did not approve its last stage/],
  ['rows of the table', (e) => void Object.assign(dataOf(e, policy).rows[0], { outcome: 'auto' }), /other rows than its hash says/],
  ['a table accepted by its author', (e) => void Object.assign(dataOf(e, policy), { acceptedBy: 'key_table' }), /and accepted it/],
  [
    'a table accepted later',
    (e) => void Object.assign(dataOf(e, policy), { acceptedAt: '2026-03-28T00:00:00.000Z' }),
    /nobody had accepted/,
  ],
])('D-01 signed, but not true: %s', (_name, change, what) => {
  const { holds, problems } = verdict(change);
  expect(holds).toBe(false);
  expect(problems.map((problem) => problem.what).join('\n')).toMatch(what);
});

test('T-32 evidence waits for the routing table that a decision names', () => {
  const { payoutId, events } = goldenStory();
  const without = events.filter(({ type }) => type !== policy);
  expect(() => bundleOf(payoutId, without, operator)).toThrow(/version 1 of the routing table/);
});
