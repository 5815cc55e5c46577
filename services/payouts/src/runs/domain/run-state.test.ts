import { expect, test } from '@jest/globals';
import { type RunStatus, runStatusAfter, stageDue, whyNotApprove, whyNotCancel, whyNotSubmit } from './run-state.js';

const all: RunStatus[] = ['draft', 'sealed', 'cleared', 'refused', 'cancelled', 'submitting', 'submitted', 'completed'];

test('O-02 a run on its way out follows its payouts, and no other does', () => {
  expect(runStatusAfter('submitting', ['cleared', 'settled'])).toBe('submitting');
  expect(runStatusAfter('submitting', ['submitted', 'settled'])).toBe('submitted');
  expect(runStatusAfter('submitting', ['unknown'])).toBe('submitted');
  expect(runStatusAfter('submitting', ['settled', 'failed', 'returned'])).toBe('completed');
  expect(runStatusAfter('submitted', ['settled', 'unknown'])).toBe('submitted');
  expect(runStatusAfter('submitted', ['settled'])).toBe('completed');
  expect(runStatusAfter('submitted', ['cleared', 'settled'])).toBe('submitted');
  for (const status of all.filter((one) => one !== 'submitting' && one !== 'submitted'))
    expect(runStatusAfter(status, ['failed'])).toBe(status);
});

test('INV-S1 what may be asked of a run in each of its states, and why not', () => {
  for (const status of all) {
    expect(whyNotApprove(status)).toBe(status === 'draft' ? null : `The run is ${status}; only a draft can be approved`);
    const isOpen = status === 'draft' || status === 'sealed' || status === 'cleared';
    expect(whyNotCancel(status)).toBe(isOpen ? null : `The run is ${status}: there is nothing to give up`);
  }
  expect(all.map(whyNotSubmit)).toEqual([
    'The run has not been approved',
    null,
    null,
    'The run was refused',
    'The run was cancelled',
    null,
    null,
    null,
  ]);
});

test('FG2 the stage that comes next is the first that nobody has approved', () => {
  const stages = ['manager', 'finance'] as const;
  expect(stageDue(stages, [])).toBe('manager');
  expect(stageDue(stages, [{ stage: 'manager' }])).toBe('finance');
  expect(stageDue(stages, [{ stage: 'finance' }])).toBe('manager');
  expect(stageDue(stages, [{ stage: 'manager' }, { stage: 'finance' }])).toBeUndefined();
});
