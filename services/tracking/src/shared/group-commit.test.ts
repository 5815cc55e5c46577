import { expect, test } from '@jest/globals';
import { groupCommit } from './group-commit.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what asks in one turn is written together, and so is what asks while a write is under way', async () => {
  const groups: number[][] = [];
  let writing = () => {};
  const { submit, idle } = groupCommit<number, string>({
    async write(items) {
      groups.push([...items]);
      writing();
      await turn();
      return items.map((item) => `wrote ${item}`);
    },
  });
  const first = [1, 2].map(submit);
  await new Promise<void>((resolve) => {
    writing = resolve;
  });
  const results = await Promise.all([...first, ...[3, 4].map(submit)]);
  await idle();
  expect(results).toEqual(['wrote 1', 'wrote 2', 'wrote 3', 'wrote 4']);
  expect(groups).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('another writer starts beside the first once enough wait, not before', async () => {
  const started: number[][] = [];
  const finish: (() => void)[] = [];
  const { submit, idle } = groupCommit<number, void>({
    write: (items) =>
      new Promise((resolve) => {
        started.push([...items]);
        finish.push(() => resolve(items.map(() => undefined)));
      }),
    writers: 2,
    enough: 3,
  });
  void submit(1);
  await turn();
  for (const item of [2, 3]) void submit(item);
  await turn();
  expect(started).toEqual([[1]]);
  void submit(4);
  await turn();
  expect(started).toEqual([[1], [2, 3, 4]]);
  void submit(5);
  finish.splice(0).forEach((end) => void end());
  await turn();
  await turn();
  finish.splice(0).forEach((end) => void end());
  await idle();
  expect(started).toEqual([[1], [2, 3, 4], [5]]);
});

test('an idle one has nothing waiting: what was asked for before is written', async () => {
  const written: number[] = [];
  const { submit, idle } = groupCommit<number, void>({
    async write(items) {
      await turn();
      written.push(...items);
      return items.map(() => undefined);
    },
  });
  void submit(1);
  await idle();
  expect(written).toEqual([1]);
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
    'rejected',
    'rejected',
    'rejected',
  ]);
});
