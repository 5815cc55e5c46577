import { expect, test } from '@jest/globals';
import type { ArchivedEvent } from './format.js';
import { attributionIn, storyOf } from './story.js';

const told = (sequence: number, type: 'recorded' | 'attributed', partnerId: string, revision?: number): ArchivedEvent => ({
  chain: { sequence, previousHash: '', recordedAt: '', hash: '' },
  event: {
    type: `tracking.conversion.${type}.v1`,
    data: { conversionId: 'cnv', partnerId, ...(revision === undefined ? {} : { revision }) },
  } as unknown as ArchivedEvent['event'],
});
const partnerOf = (...events: ArchivedEvent[]) => attributionIn(storyOf('pyt', events), 'cnv')?.event.data.partnerId;

test('P-07 the highest revision says who earned a conversion, wherever it stands in the archive', () => {
  const [first, second, third] = [told(3, 'recorded', 'A', 0), told(1, 'attributed', 'B', 1), told(2, 'attributed', 'C', 2)];
  expect(partnerOf(first, second, third)).toBe('C');
  expect(partnerOf(first, second)).toBe('B');
  expect(partnerOf(first)).toBe('A');
});

test('events from before there were revisions: what was attributed later supersedes what was recorded', () => {
  expect(partnerOf(told(1, 'recorded', 'A'), told(2, 'attributed', 'B'))).toBe('B');
  expect(partnerOf(told(1, 'recorded', 'A'), told(2, 'attributed', 'B'), told(3, 'attributed', 'C', 2))).toBe('C');
});
