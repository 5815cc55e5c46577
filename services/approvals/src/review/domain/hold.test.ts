import { expect, test } from '@jest/globals';
import { anApproval, approvalCreatedAt as now } from '../../../test/an-approval.js';
import { type Approval, decide } from './approval.js';
import { enter, hitsOn, hold, strike } from './hold.js';

const hit = { id: 'rsk_1', rule: 'same-device', reportedBy: 'key_desk' };
const other = { id: 'rsk_2', rule: 'velocity', reportedBy: 'key_rules' };
const arriving = anApproval({ amount: 1_000n, needs: 'nobody', route: 'small' });
const waiting: Approval = { ...arriving, needs: 'manager', route: 'large' };
const correction = (amount: bigint, change: Partial<Approval> = {}): Approval => ({
  ...arriving,
  id: 'apr_2',
  entryId: 'ent_2',
  amount,
  followsEntryId: 'ent_1',
  ...change,
});
const manager = { actorId: 'key_manager', mayDecideAboveThreshold: false };

/** Nothing is decided yet. */
const fresh = { contentHash: 'a'.repeat(64), passed: [] };

test('T-46 what would approve itself is held by a hit, and needs a manager from then on', () => {
  expect(enter(arriving, undefined, [], now)).toMatchObject({ status: 'approved', needs: 'nobody', decisions: 1 });
  expect(enter(arriving, undefined, [hit], now)).toMatchObject({
    status: 'held',
    needs: 'manager',
    route: 'risk hit: same-device: a manager decides',
    decidedBy: 'automatic',
    reason: 'risk hit: same-device',
    decisions: 1,
  });
});
test('T-46 what a person would decide is held with its route', () => {
  expect(enter(waiting, undefined, [hit, other], now)).toMatchObject({
    status: 'held',
    needs: 'manager',
    route: 'large',
    reason: 'risk hits: same-device, velocity',
  });
  expect(enter({ ...waiting, needs: 'finance' }, undefined, [hit], now).needs).toBe('finance');
  expect(enter(waiting, undefined, [], now)).toBe(waiting);
});
test('T-46 past a hit what takes back follows an approved commission, what lifts it does not', () => {
  const approved: Approval = { ...arriving, status: 'approved', decidedBy: 'automatic', decidedAt: now, decisions: 1 };
  expect(enter(correction(-400n), approved, [hit], now)).toMatchObject({ status: 'approved', followsEntryId: 'ent_1' });
  expect(enter(correction(400n), approved, [hit], now)).toMatchObject({ status: 'held', followsEntryId: null, needs: 'manager' });
  expect(enter(correction(400n), approved, [], now)).toMatchObject({ status: 'approved', followsEntryId: 'ent_1' });
  const funding: Approval = { ...approved, amount: -400n };
  expect(enter(correction(100n), funding, [hit], now)).toMatchObject({ status: 'approved', followsEntryId: 'ent_1' });
});
test('T-46 a correction follows what a hit holds, and what was rejected', () => {
  const held = hold(waiting, [hit], now);
  for (const amount of [-400n, 400n])
    expect(enter(correction(amount), held, [hit], now)).toMatchObject({ status: 'held', followsEntryId: 'ent_1', needs: 'nobody' });
  expect(enter(correction(400n), { ...waiting, status: 'rejected' }, [hit], now)).toMatchObject({ status: 'rejected' });
});
test('T-46 what lifts the commission of another conversion is not released with that one', () => {
  const elsewhere = correction(400n, { conversionId: 'cnv_2' });
  expect(enter(elsewhere, waiting, [hit], now)).toMatchObject({ status: 'held', followsEntryId: null });
  expect(strike([elsewhere], hit, now).changed).toMatchObject([{ status: 'held', followsEntryId: null, needs: 'manager' }]);
  const back = correction(-400n, { conversionId: 'cnv_2' });
  expect(enter(back, waiting, [hit], now)).toBe(back);
  expect(strike([back], hit, now)).toEqual({ held: [], changed: [], recalled: [], decided: [] });
});
test('T-46 a hit holds what waits and what was approved, with what follows it, and leaves alone what is held, rejected or takes back', () => {
  const byHand = { ...waiting, id: 'apr_3', entryId: 'ent_3', status: 'held', decidedBy: 'key_manager', decisions: 1 } as const;
  const done = { ...arriving, id: 'apr_4', entryId: 'ent_4', status: 'approved', decidedBy: 'automatic', decisions: 1 } as const;
  const back = { ...done, id: 'apr_6', entryId: 'ent_6', amount: -5n } as const;
  const lift = { ...done, id: 'apr_7', entryId: 'ent_7', followsEntryId: 'ent_4' } as const;
  const rejected = { ...arriving, id: 'apr_5', entryId: 'ent_5', status: 'rejected' } as const;
  const met = strike([waiting, correction(-400n), byHand, done, rejected, back, lift], hit, now);
  expect(met.held.map(({ id }) => id)).toEqual(['apr_1', 'apr_2', 'apr_3', 'apr_4', 'apr_7']);
  expect(met.changed).toMatchObject([
    { id: 'apr_1', status: 'held', reason: 'risk hit: same-device', decidedBy: 'automatic', decisions: 1 },
    { id: 'apr_2', status: 'held', reason: 'the entry that it corrects was held', followsEntryId: 'ent_1', decisions: 1 },
    { id: 'apr_4', status: 'held', needs: 'manager', reason: 'risk hit: same-device', decidedBy: 'automatic', decisions: 2 },
    { id: 'apr_7', status: 'held', followsEntryId: 'ent_4', decisions: 2 },
  ]);
  expect(met.recalled.map(({ id }) => id)).toEqual(['apr_4', 'apr_7']);
  expect(met.held[2]).toBe(byHand);
  expect(met.decided).toEqual([rejected, back]);
});
test('T-46 a correction meets the hits that its partner has not been cleared of; what is earned first meets all', () => {
  const hits = [
    { ...hit, answeredFor: ['ptr_1'] },
    { ...other, answeredFor: [] },
  ];
  const rules = (partnerId: string, adjusts: string | null) => hitsOn({ partnerId, adjusts }, hits).map(({ rule }) => rule);
  expect(rules('ptr_1', 'ent_1')).toEqual(['velocity']);
  expect(rules('ptr_2', 'ent_1')).toEqual(['same-device', 'velocity']);
  expect(rules('ptr_1', null)).toEqual(['same-device', 'velocity']);
});
test('T-46 to approve what a hit holds needs a reason, and another person than who reported it', () => {
  const held = hold(waiting, [hit], now);
  expect(decide(held, { verdict: 'approve', reason: null }, manager, now, [hit], fresh)).toEqual({ rejected: 'reason-required' });
  expect(decide(held, { verdict: 'approve', reason: 'looked at it' }, manager, now, [hit], fresh)).toMatchObject({
    accepted: { status: 'approved', decidedBy: 'key_manager', reason: 'looked at it', decisions: 2 },
  });
  const desk = { actorId: 'key_desk', mayDecideAboveThreshold: true };
  expect(decide(held, { verdict: 'approve', reason: 'I was wrong' }, desk, now, [other, hit], fresh)).toEqual({ rejected: 'four-eyes' });
  expect(decide(held, { verdict: 'reject', reason: 'it was fraud' }, desk, now, [hit], fresh)).toMatchObject({
    accepted: { status: 'rejected' },
  });
});

test('T-46 what gives nothing takes nothing back, and a hit finds nothing in it', () => {
  const approved: Approval = { ...arriving, status: 'approved', decidedBy: 'automatic', decidedAt: now, decisions: 1 };
  expect(enter(correction(0n), approved, [hit], now)).toMatchObject({ status: 'held', followsEntryId: null });
  expect(enter(correction(400n), { ...approved, amount: 0n }, [hit], now)).toMatchObject({ status: 'held', followsEntryId: null });
  const elsewhere = correction(0n, { conversionId: 'cnv_2' });
  expect(strike([{ ...approved, amount: 0n }, elsewhere], hit, now)).toMatchObject({ held: [], decided: [{ id: 'apr_1' }] });
});
test('T-46 what is held says by which hit, and what follows says so', () => {
  const elsewhere = correction(400n, { conversionId: 'cnv_2' });
  expect(strike([elsewhere], hit, now).held).toMatchObject([{ reason: 'risk hit: same-device' }]);
  const approved: Approval = { ...arriving, status: 'approved', decidedBy: 'automatic', decidedAt: now, decisions: 1 };
  expect(enter(correction(400n), approved, [], now)).toMatchObject({ reason: 'the entry that it corrects was approved' });
});
