import { expect, test } from '@jest/globals';
import { groupCommit } from './group-commit.js';

test('what asks while a write is under way is written together by the next one', async () => {
  const groups: number[][] = [];
  const { submit, idle } = groupCommit<number, string>({
    async write(items) {
      groups.push([...items]);
      await new Promise((resolve) => setImmediate(resolve));
      return items.map((item) => `wrote ${item}`);
    },
  });
  const results = await Promise.all([1, 2, 3].map(submit));
  await idle();
  expect(results).toEqual(['wrote 1', 'wrote 2', 'wrote 3']);
  expect(groups).toEqual([[1], [2, 3]]);
});

test('one bad item fails alone, but an absent database fails for all at once', async () => {
  const write = async (items: readonly number[]) => {
    if (items.includes(13)) throw new Error('bad item');
    return items;
  };
  const splitting = groupCommit<number, number>({ write, splitOn: () => true });
  const settled = await Promise.allSettled([1, 13, 3].map(splitting.submit));
  expect(settled.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  const together = groupCommit<number, number>({ write });
  expect((await Promise.allSettled([1, 13, 3].map(together.submit))).map((each) => each.status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
  ]);
});
