import { expect, test } from '@jest/globals';
import { canonicalJson, type Envelope } from '@tributary/contracts';
import { type EvidenceRecord, type Kind, kinds } from './format.js';
import { canonicalHash } from './hashing.js';
import { archive, bundleOf, goldenStory, testKey } from './testing/index.js';
import { type Verification, verifyBundle } from './verify-bundle.js';
import { writeBundle } from './write-bundle.js';

const operator = testKey('evidence-1');
const stranger = testKey('evidence-x');
const story = goldenStory();
const { text, records } = bundleOf(story.payoutId, story.events, operator);
/** Those of a payout of plain conversions; for the others see every-model.test.ts. */
const plainKinds = kinds.filter((kind) => !['snapshot', 'fx-rate', 'statement', 'month-events'].includes(kind));
const lines = text.trimEnd().split('\n');
const verify = (content: string | Uint8Array, publicKey: string | undefined = operator.publicKey): Verification =>
  verifyBundle(Buffer.from(content), publicKey === undefined ? {} : { publicKey });
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
/** What a forger with a key of his own can do: change records, hash and sign them anew. */
const forge = (change: (records: EvidenceRecord[]) => EvidenceRecord[] | undefined, key = operator): string => {
  const copied = copy(records);
  return `${writeBundle(change(copied) ?? copied, key).join('\n')}\n`;
};

test('T-32 evidence of every kind verifies offline', () => {
  const result = verify(text);
  expect(result.problems).toEqual([]);
  expect(result).toMatchObject({ holds: true, payoutId: story.payoutId, amount: 1900, currency: 'EUR', warnings: [] });
  expect(Object.keys(result.records).sort()).toEqual([...plainKinds].sort());
});

test('without a key of one’s own there is a warning', () => {
  expect(verifyBundle(Buffer.from(text))).toMatchObject({ holds: true, warnings: [expect.stringContaining('--key')] });
});

test.each([...plainKinds, 'signature'])('D-01 any changed byte of a %s is named', (kind) => {
  const index = lines.findIndex((line) => line.includes(`"kind":"${kind}"`));
  const line = Buffer.from(lines[index] ?? '');
  for (let at = 0; at < line.length; at += Math.max(1, Math.floor(line.length / 40))) {
    const changed = Buffer.from(line);
    changed[at] = ((changed[at] ?? 0) ^ 1) & 0xff;
    const content = Buffer.concat([
      Buffer.from(`${lines.slice(0, index).join('\n')}${index > 0 ? '\n' : ''}`),
      changed,
      Buffer.from(
        `\n${lines
          .slice(index + 1)
          .map((one) => `${one}\n`)
          .join('')}`,
      ),
    ]);
    const result = verify(content);
    expect(result.holds).toBe(false);
    expect(result.problems[0]?.line).toBe(index + 1);
  }
});

test('D-01 1,000 random mutations are all detected', () => {
  const bytes = Buffer.from(text);
  let seed = 20261121;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const undetected: string[] = [];
  for (let round = 0; round < 1000; round += 1) {
    const at = random(bytes.length);
    const changed = mutated(bytes, round % 5, at, random);
    if (!changed.equals(bytes) && verify(changed).holds) undetected.push(`${round % 5} at ${at}`);
  }
  expect(undetected).toEqual([]);
});

/** Flips a bit, takes a byte away, puts one in, cuts the rest off, or swaps two lines. */
function mutated(bytes: Buffer, how: number, at: number, random: (below: number) => number): Buffer {
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
  if (how === 0) return Buffer.concat([before, Buffer.of((bytes[at] ?? 0) ^ (1 << random(8))), after]);
  if (how === 1) return Buffer.concat([before, after]);
  if (how === 2) return Buffer.concat([bytes.subarray(0, at), Buffer.of(random(256)), bytes.subarray(at)]);
  return how === 3 ? Buffer.from(before) : swapLines(random(lines.length), random(lines.length));
}

function swapLines(a: number, b: number): Buffer {
  const swapped = [...lines];
  [swapped[a], swapped[b]] = [lines[b] ?? '', lines[a] ?? ''];
  return Buffer.from(`${swapped.join('\n')}\n`);
}

test('a removed, repeated or reordered line and a cut end are named', () => {
  const joined = (changed: string[]) => `${changed.join('\n')}\n`;
  expect(verify(joined(lines.toSpliced(4, 1))).problems[0]).toMatchObject({
    line: 5,
    what: expect.stringContaining('removed, added or reordered'),
  });
  expect(verify(joined(lines.toSpliced(4, 0, lines[3] ?? ''))).problems[0]).toMatchObject({ line: 5 });
  expect(verify(swapLines(3, 6)).problems[0]).toMatchObject({ line: 4 });
  expect(verify(joined(lines.slice(0, -1))).problems[0]).toMatchObject({
    line: lines.length - 1,
    what: expect.stringContaining('cut off'),
  });
  expect(verify('').holds).toBe(false);
});

test('D-01 a bundle forged and signed anew fails under the operator’s key', () => {
  const forged = forge((all) => all, stranger);
  expect(verifyBundle(Buffer.from(forged)).holds).toBe(true);
  expect(verify(forged).problems).toEqual([expect.objectContaining({ kind: 'signature', what: expect.stringContaining('another key') })]);
});

interface Body {
  event: Envelope & { data: Record<string, never> };
}
const dataOf = (record: EvidenceRecord) => (record.body as Body).event.data as Record<string, unknown>;
const first = (all: EvidenceRecord[], kind: Kind) => all.find((record) => record.kind === kind) as EvidenceRecord;

/** Changes the events behind a bundle, so that even chain and signature fit: only what it says can betray it. */
function retold(change: (events: Envelope[]) => void): Verification {
  const events = copy(story.events) as Envelope[];
  change(events);
  return verify(bundleOf(story.payoutId, events, operator).text);
}
const told = (events: Envelope[], type: string, index = 0) =>
  events.filter((event) => event.type === type)[index]?.data as Record<string, unknown>;
const stages = (...by: string[]) =>
  by.map((approvedBy, index) => ({ stage: index === 0 ? 'manager' : 'finance', approvedBy, approvedAt: '2026-03-01T10:00:00.000Z' }));

/** An instant so many milliseconds after the run was sealed. */
const sealed = (events: Envelope[], ms: number): string =>
  new Date(Date.parse(String(told(events, 'payouts.run.sealed.v1')['sealedAt'])) + ms).toISOString();

test.each<[string, (events: Envelope[]) => void, Kind]>([
  [
    'an amount that the fold does not make',
    (events) => void Object.assign(told(events, 'commission.entry.accrued.v1'), { amount: 2001 }),
    'qualification',
  ],
  [
    'a conversion that was larger',
    (events) => void Object.assign(told(events, 'tracking.conversion.recorded.v1'), { amount: 20_000 }),
    'qualification',
  ],
  [
    'other terms',
    (events) => {
      const deal = told(events, 'commission.deal.versioned.v1') as { terms: { components: { rate?: string }[] }; documentHash: string };
      deal.terms.components[0] = { ...deal.terms.components[0], rate: '0.30' };
      deal.documentHash = canonicalHash(deal.terms);
    },
    'qualification',
  ],
  [
    'a conversion of another partner',
    (events) =>
      void Object.assign(told(events, 'tracking.conversion.recorded.v1'), {
        partnerId: String(told(events, 'tracking.conversion.recorded.v1')['conversionId']).replace('cnv', 'ptr'),
      }),
    'qualification',
  ],
  [
    'an approval by the author of the deal',
    (events) => void Object.assign(told(events, 'approvals.commission.approved.v1'), { decidedBy: 'key_author', automatic: false }),
    'approval',
  ],
  [
    'an approval of another amount',
    (events) => void Object.assign(told(events, 'approvals.commission.approved.v1'), { amount: 1 }),
    'approval',
  ],
  [
    'an approval after the seal',
    (events) => void Object.assign(told(events, 'approvals.commission.approved.v1'), { decidedAt: '2026-03-29T00:00:00.000Z' }),
    'approval',
  ],
  [
    'a payout of more than its lines',
    (events) => void Object.assign(told(events, 'payouts.payout.created.v1'), { amount: 1901 }),
    'payout',
  ],
  [
    'a run approved by its builder',
    (events) => void Object.assign(told(events, 'payouts.run.sealed.v1'), { approvedBy: 'key_builder' }),
    'run-seal',
  ],
  [
    'one person who approved both stages of a run',
    (events) => void Object.assign(told(events, 'payouts.run.sealed.v1'), { approvals: stages('key_approver', 'key_approver') }),
    'run-seal',
  ],
  [
    'a last stage that another approved than who sealed the run',
    (events) => void Object.assign(told(events, 'payouts.run.sealed.v1'), { approvals: stages('key_approver', 'key_manager') }),
    'run-seal',
  ],
  [
    'a clearance before the seal',
    (events) => void Object.assign(told(events, 'approvals.run.cleared.v1'), { clearedAt: sealed(events, -6000) }),
    'clearance',
  ],
  [
    'a ledger transaction out of balance',
    (events) =>
      void Object.assign(told(events, 'payouts.ledger.posted.v1'), {
        legs: [
          { account: 'brand-expense', amount: -2000 },
          { account: 'pending', amount: 2001 },
        ],
      }),
    'ledger-posting',
  ],
  [
    'a settlement of another amount',
    (events) => void Object.assign(told(events, 'payouts.payout.settled.v1'), { amount: 1 }),
    'settlement',
  ],
  [
    'a submission before the clearance',
    (events) => void Object.assign(told(events, 'payouts.payout.submitted.v1'), { at: '2026-03-21T13:00:00.000Z' }),
    'submission',
  ],
])('D-01 signed, but not true: %s', (_name, change, kind) => {
  const result = retold(change);
  expect(result.holds).toBe(false);
  expect(result.problems.map((problem) => problem.kind)).toContain(kind);
});

test('D-01 the clocks of two services may be a little apart', () => {
  const { problems } = retold((events) => {
    const clearedAt = sealed(events, -1000);
    Object.assign(told(events, 'approvals.run.cleared.v1'), { clearedAt });
    Object.assign(told(events, 'payouts.payout.submitted.v1'), { at: sealed(events, -2000) });
    for (const { type, data } of events)
      if (type === 'approvals.commission.approved.v1') Object.assign(data as object, { decidedAt: sealed(events, 1000) });
  });
  expect(problems).toEqual([]);
});

test('a version put into force after it was written is proved by both events', () => {
  const asDraft = (events: Envelope[], activated: boolean) => {
    const deal = events.find(({ type }) => type === 'commission.deal.versioned.v1') as Envelope;
    const { dealId, version, partnerId, brandId, recordedAt } = deal.data as Record<string, never>;
    Object.assign(deal.data as object, { status: 'draft' });
    const data = { dealId, version, partnerId, brandId, status: 'active', at: recordedAt, actorId: 'key_other', note: null };
    const activation = { ...deal, id: `${deal.id.slice(0, -4)}0ac7`, type: 'commission.deal.status-changed.v1', data };
    if (activated) events.splice(events.indexOf(deal) + 1, 0, activation as Envelope);
  };
  expect(retold((events) => asDraft(events, true))).toMatchObject({ holds: true, problems: [] });
  expect(() => retold((events) => asDraft(events, false))).toThrow(/activation of version 1 of deal/);
});

test('evidence of a payout with an adjustment verifies, and betrays one that was tampered with', () => {
  const adjusted = goldenStory({ adjusted: true });
  const bundle = (change: (entry: Record<string, unknown>, events: Envelope[]) => void = () => undefined) => {
    const events = copy(adjusted.events) as Envelope[];
    const entry = events.find(
      ({ type, data }) => type === 'commission.entry.accrued.v1' && (data as { reason: string }).reason === 'adjustment',
    );
    change(entry?.data as Record<string, unknown>, events);
    return verify(bundleOf(adjusted.payoutId, events, operator).text);
  };
  expect(bundle()).toMatchObject({ holds: true, problems: [], amount: 2050 });
  const kindsOf = ({ problems }: Verification) => [...new Set(problems.map(({ kind }) => kind))];
  expect(kindsOf(bundle((entry) => void Object.assign(entry, { dealAuthorId: 'key_other' })))).toContain('qualification');
  expect(kindsOf(bundle((entry) => void Object.assign(entry, { amount: 151 })))).toContain('qualification');
  expect(
    kindsOf(
      bundle(
        (entry) =>
          void Object.assign(entry, {
            explanation: { fold: null, running: null, withdrawn: null, entitlement: '0', postedBefore: '0', amount: '0' },
          }),
      ),
    ),
  ).toContain('qualification');
  const approvedByMaker = bundle((entry, events) => {
    for (const { type, data } of events) {
      const decision = data as { entryId?: string; decidedBy?: string };
      if (type === 'approvals.commission.approved.v1' && decision.entryId === entry['entryId']) decision.decidedBy = 'key_maker';
    }
  });
  expect(kindsOf(approvedByMaker)).toContain('approval');
  const approvedByItself = bundle((entry, events) => {
    for (const { type, data } of events) {
      const decision = data as { entryId?: string };
      if (type === 'approvals.commission.approved.v1' && decision.entryId === entry['entryId'])
        Object.assign(decision, { decidedBy: 'automatic', automatic: true });
    }
  });
  expect(kindsOf(approvedByItself)).toContain('approval');
});

test.each<[string, (all: EvidenceRecord[]) => EvidenceRecord[] | undefined, Kind]>([
  [
    'an event that the archive did not chain',
    (all) => void Object.assign(dataOf(first(all, 'approval')), { route: 'by favour' }),
    'approval',
  ],
  [
    'another explanation',
    (all) => void Object.assign(first(all, 'qualification').body as object, { explanation: { fold: null } }),
    'qualification',
  ],
  ['another attribution', (all) => void Object.assign(first(all, 'attribution').body as object, { partnerId: null }), 'attribution'],
  ['a deal version left out', (all) => all.filter((record) => record.kind !== 'deal-version'), 'header'],
  ['all approvals left out', (all) => all.filter((record) => record.kind !== 'approval'), 'header'],
  ['no settlement', (all) => all.filter((record) => record.kind !== 'settlement'), 'header'],
  [
    'an earlier posting of the scope left out',
    (all) => {
      const before = all.find(
        (record) => record.kind === 'entry' && !story.entryIds.includes(String(dataOf(record)['entryId'])),
      ) as EvidenceRecord;
      return all.filter((record) => record !== before);
    },
    'entry',
  ],
  ['an entry under another kind', (all) => void Object.assign(first(all, 'entry'), { kind: 'approval' }), 'approval'],
])('D-01 hashed and signed anew, and still found: %s', (_name, change, kind) => {
  const result = verify(forge(change));
  expect(result.holds).toBe(false);
  expect(result.problems.map((problem) => problem.kind)).toContain(kind);
});

test('C-01 every record of the sample chain follows from the one before', () => {
  const chain = archive(story.events);
  expect(new Set(chain.map((one) => one.chain.hash)).size).toBe(story.events.length);
  expect(canonicalJson(chain[1]?.chain.previousHash)).toBe(canonicalJson(chain[0]?.chain.hash));
});
