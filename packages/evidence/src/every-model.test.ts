import { expect, test } from '@jest/globals';
import type { Envelope } from '@tributary/contracts';
import { kinds } from './format.js';
import { canonicalHash } from './hashing.js';
import { mostMonthEvents } from './month-events.js';
import { bundleOf, everyModelStory, testKey } from './testing/index.js';
import { type Verification, verifyBundle } from './verify-bundle.js';

const operator = testKey('evidence-1');
const story = everyModelStory();
const { text } = bundleOf(story.payoutId, story.events, operator);
const verify = (content: string | Buffer): Verification => verifyBundle(Buffer.from(content), { publicKey: operator.publicKey });

type Data = Record<string, unknown>;
type Change = (events: Envelope[]) => void;

/** Changes the events behind the bundle, so that even chain and signature fit: only what it says can betray it. */
function retold(change: Change): Verification {
  const events = JSON.parse(JSON.stringify(story.events)) as Envelope[];
  change(events);
  return verify(bundleOf(story.payoutId, events, operator).text);
}

/** Sets a member deep inside, by its path. */
function set(within: unknown, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce<unknown>((one, name) => Object.values(pick(one, name))[0], within);
  Object.assign(parent as object, { [last]: value });
}
/** `*` is the first member, whatever its name. */
const pick = (one: unknown, name: string): Data =>
  name === '*' ? { first: Object.values(one as Data)[0] } : { [name]: (one as Data)[name] };

const told = (events: Envelope[], type: string, fits: (data: Data) => boolean = () => true): Data =>
  events.find((one) => one.type === type && fits(one.data as Data))?.data as Data;
const entry = (events: Envelope[], component: string): Data =>
  told(events, 'commission.entry.accrued.v1', (data) => data['component'] === component);
const lead = (events: Envelope[]): Data => told(events, 'tracking.conversion.recorded.v1', ({ kind }) => kind === 'lead');
const partner = (events: Envelope[], id: unknown): Data =>
  told(events, 'directory.partner.changed.v1', ({ partnerId }) => partnerId === id);

const inEntry =
  (component: string, path: string, value: unknown): Change =>
  (events) =>
    set(entry(events, component), path, value);
/** In an explanation, which is hashed anew. */
const stated =
  (component: string, path: string, value: unknown): Change =>
  (events) => {
    const data = entry(events, component);
    set(data['explanation'], path, value);
    data['explanationHash'] = canonicalHash(data['explanation']);
  };
const inStatement =
  (path: string, value: unknown): Change =>
  (events) => {
    const data = told(events, 'commission.statement.issued.v1');
    set(data, path, value);
    const { hash: _hash, issuedAt: _at, ...content } = data;
    data['hash'] = canonicalHash(content);
  };
const other = story.partnerId.replace(/.$/, (last) => (last === '0' ? '1' : '0'));

test('T-32 evidence of a payout over every kind of entry verifies offline, and says what it does not prove', () => {
  const result = verify(text);
  expect(result.problems).toEqual([]);
  expect(result).toMatchObject({ holds: true, amount: 9852, currency: 'EUR' });
  expect(Object.keys(result.records).sort()).toEqual([...kinds].sort());
  expect(result.notes).toEqual([
    'meters are stated, not proved: recalculation proves them',
    "places in customers' histories are stated, not proved: recalculation proves them",
  ]);
});

test.each(['snapshot', 'fx-rate', 'statement', 'month-events', 'qualification'])('D-01 any changed byte of a %s is named', (kind) => {
  const lines = text.trimEnd().split('\n');
  const index = lines.findIndex((line) => line.includes(`"kind":"${kind}"`));
  const line = Buffer.from(lines[index] ?? '');
  for (let at = 0; at < line.length; at += Math.max(1, Math.floor(line.length / 25))) {
    const changed = Buffer.from(line);
    changed[at] = ((changed[at] ?? 0) ^ 1) & 0xff;
    const before = lines.slice(0, index).map((one) => `${one}\n`);
    const after = lines.slice(index + 1).map((one) => `\n${one}`);
    const result = verify(Buffer.concat([Buffer.from(before.join('')), changed, Buffer.from(`${after.join('')}\n`)]));
    expect([result.holds, result.problems[0]?.line]).toEqual([false, index + 1]);
  }
});

test.each<[string, Change]>([
  ['an amount', inEntry('override', 'amount', 61)],
  ['an amount of the month', inEntry('play', 'amount', 2101)],
  ['what a scale entitles to', stated('sale', 'fold.result.amount', '1001')],
  ['a place on the scale', stated('sale', 'fold.inputs.streamed.*.reached', ['2'])],
  ['a rate of exchange as recorded', (events) => set(told(events, 'commission.fx-rate.recorded.v1'), 'rates.0.rate', '0.93')],
  ['a rate of exchange as used', stated('deposit', 'fold.inputs.circumstances.rates.0.rate', '0.93')],
  ['a rate of the month as used', stated('play', 'month.fold.rates.0.rate', '93/100')],
  ['a tag as told', (events) => set(partner(events, story.partnerId), 'tags.0.tag', 'silver')],
  ['a tag that ended', (events) => set(partner(events, story.partnerId), 'tags.0.effectiveTo', '2026-03-02T00:00:00.000Z')],
  ['a tag as used', stated('deposit', 'fold.inputs.circumstances.partner.tags', ['gold', 'silver'])],
  ['a tier', (events) => set(partner(events, story.partnerId), 'tiers.0.tier', 'junior')],
  ['who stands above whom', (events) => set(partner(events, lead(events)['partnerId']), 'parents.0.parentId', other)],
  ['since when', (events) => set(partner(events, lead(events)['partnerId']), 'parents.0.effectiveFrom', '2026-03-01T13:00:00.000Z')],
  ['a customer', (events) => set(told(events, 'tracking.customer.changed.v1'), 'country', 'SE')],
  ['F-10 from which network, as told', (events) => set(told(events, 'approvals.network-verdict.recorded.v1'), 'network', 'vpn')],
  ['F-10 where the network is, as told', (events) => set(told(events, 'approvals.network-verdict.recorded.v1'), 'country', 'SE')],
  ['F-10 when it was seen, as used', stated('deposit', 'fold.inputs.circumstances.network.seenAt', '2026-03-01T11:00:00.000Z')],
  ['F-10 from which network, as used', stated('deposit', 'fold.inputs.circumstances.network.network', 'mobile')],
  ['F-10 at which brand', (events) => set(told(events, 'approvals.network-verdict.recorded.v1'), 'brandId', other.replace('ptr', 'brd'))],
  ['touches', stated('deposit', 'fold.inputs.circumstances.touches', [story.partnerId])],
  [
    'the deal of another',
    (events) => {
      const deal = told(events, 'commission.deal.versioned.v1', ({ dealId }) => dealId === entry(events, 'lead')['dealId']);
      set(deal, 'terms.components.0.amount', 1001);
      set(deal, 'documentHash', canonicalHash(deal['terms']));
    },
  ],
  ['the deal of another as used', stated('override', 'fold.inputs.otherDeals.0.terms.components.0.amount', 2000)],
  ['whose deal it was', stated('override', 'fold.inputs.otherDeals.0.partnerId', story.partnerId)],
  ['the conversion of the partner below', (events) => set(lead(events), 'partnerId', story.partnerId)],
  [
    'an event of the month',
    (events) => {
      const play = told(events, 'tracking.conversion.recorded.v1', ({ details }) => details !== null);
      set(play, 'details.grossRevenue', 6001);
    },
  ],
  ['a sum of the month', stated('play', 'month.fold.inputs.facts.0.gross', '6001')],
  ['the terms of the month', stated('play', 'month.fold.inputs.versions.0.terms.components.3.rate', '0.31')],
  ['whose month it is', stated('play', 'month.fold.inputs.partnerId', other)],
])('D-01 signed, but not true: %s', (_name, change) => {
  const { holds, problems } = retold(change);
  expect(holds).toBe(false);
  expect(problems.map(({ kind }) => kind)).toContain('qualification');
});

test.each<[string, Change]>([
  ['a line', inStatement('components.0.waterfalls.0.lines.0.amount', '-1301')],
  ['a clause', inStatement('components.0.waterfalls.0.waterfall.clauseHash', 'a'.repeat(64))],
  ['the total', inStatement('total', 2101)],
  ['the hash', (events) => set(told(events, 'commission.statement.issued.v1'), 'hash', 'a'.repeat(64))],
])('D-01 a statement, signed, but not true: %s', (_name, change) => {
  expect(retold(change).problems[0]).toMatchObject({ kind: 'statement' });
});

test('D-01 an entry that goes to another than the fold gives it', () => {
  const { problems } = retold(inEntry('override', 'partnerId', other));
  expect(problems).toContainEqual(
    expect.objectContaining({ kind: 'qualification', what: `earns for ${story.partnerId}, and the entry is of ${other}` }),
  );
});

test.each([
  ['an event of the month', 'tracking.conversion.recorded.v1', 'is 1/6000'],
  ['the snapshot of a partner', 'directory.partner.changed.v1', 'snapshot of ptr_'],
  ['the verdict on the network', 'approvals.network-verdict.recorded.v1', 'snapshot of cus_'],
  ['the rate', 'commission.fx-rate.recorded.v1', 'rate of USD'],
  ['the statement', 'commission.statement.issued.v1', 'statement that entry'],
])('without %s nothing is signed, or what is does not hold', (_name, type, why) => {
  const play = (data: unknown) => !type.startsWith('tracking') || (data as Data)['details'] !== null;
  const without = story.events.filter((one) => !(one.type === type && play(one.data)));
  const answer = () => verify(bundleOf(story.payoutId, without, operator).text).problems[0]?.what;
  if (type.startsWith('tracking')) expect(answer()).toMatch(/sum of player-activity has no event|lacks the events/);
  else expect(answer).toThrow(why);
});

test('a month of more events than a bundle carries is proved by its statement, and says so', () => {
  const large = everyModelStory({ plays: mostMonthEvents });
  const result = verify(bundleOf(large.payoutId, large.events, operator).text);
  expect(result.problems).toEqual([]);
  expect(result.notes).toContainEqual(expect.stringMatching(/^the sums of 501 events are stated, not proved: statement stm_/));
  expect(result.records).not.toHaveProperty('month-events');
});
