import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { groupCommit } from '../shared/group-commit.js';
import type { NewClick } from './domain/click.js';

const prefix = 'clicks-';
const suffix = '.ndjson';

/** Clicks that the database could not take: lines in local files, on the disk before the redirect is answered. */
export interface Spool {
  append(clicks: readonly NewClick[]): Promise<void>;
  /** Hands out each file's clicks in turn and removes the file once `take` has returned. Answers how many clicks were handed out. */
  drain(take: (clicks: readonly NewClick[]) => Promise<void>): Promise<number>;
  isEmpty(): boolean;
  close(): Promise<void>;
}

/**
 * A spool in `folder`. Files are named after the process that writes them: those that a dead process left behind are drained by the
 * next one, those of a living neighbour are let alone.
 */
export async function openSpool(folder: string): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let closed = (await readdir(folder)).filter(isAbandoned).map((name) => path.join(folder, name));
  let current: { file: string; handle: FileHandle } | undefined;

  const write = async (groups: readonly (readonly NewClick[])[]): Promise<readonly undefined[]> => {
    current ??= await newFile(folder);
    // Held here: draining may set the file aside while this write is under way, and waits for it.
    const { handle } = current;
    const lines = groups.flat().map((click) => `${JSON.stringify(click)}\n`);
    await handle.appendFile(lines.join(''));
    await handle.datasync();
    return groups.map(() => undefined);
  };
  const appending = groupCommit<readonly NewClick[], undefined>({ write });

  return {
    append: (clicks) => appending.submit(clicks),
    isEmpty: () => closed.length === 0 && current === undefined,
    async drain(take) {
      // The file being written is set aside; what comes from now on opens a new one.
      const writing = current;
      current = undefined;
      await appending.idle();
      if (writing) {
        await writing.handle.close();
        closed = [...closed, writing.file];
      }
      let count = 0;
      while (closed[0] !== undefined) {
        const clicks = clicksIn(await readFile(closed[0], 'utf8'));
        await take(clicks);
        await rm(closed[0], { force: true });
        closed = closed.slice(1);
        count += clicks.length;
      }
      return count;
    },
    async close() {
      await appending.idle();
      await current?.handle.close();
      current = undefined;
    },
  };
}

async function newFile(folder: string): Promise<{ file: string; handle: FileHandle }> {
  const file = path.join(folder, `${prefix}${process.pid}-${Date.now()}-${randomUUID().slice(0, 8)}${suffix}`);
  const handle = await open(file, 'ax', 0o600);
  // The name itself must outlive a power cut, too.
  const directory = await open(folder, 'r');
  await directory.sync().finally(() => directory.close());
  return { file, handle };
}

function isAbandoned(name: string): boolean {
  const pid = Number(/^clicks-(\d+)-/.exec(name)?.[1]);
  if (!name.endsWith(suffix) || !Number.isInteger(pid)) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

/** Whole lines only: the last one of a process that died while writing was never answered for. */
function clicksIn(text: string): NewClick[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as NewClick];
      } catch {
        return [];
      }
    });
}
