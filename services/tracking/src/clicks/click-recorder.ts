import type { Logger } from '@tributary/service-kit';
import { groupCommit } from '../shared/group-commit.js';
import type { InsertClicks } from './click-store.js';
import type { NewClick } from './domain/click.js';
import type { Spool } from './spool.js';

/** A write that takes longer than this is not waited for: the click goes to the spool as well, and counts once all the same. */
const patienceMs = 25;
/** While the database is away it is asked again this often. */
const askAgainMs = 250;
const drainChunk = 500;

export interface ClickRecorder {
  /** Resolves when the click is durable: in the database, or on this machine's disk. */
  record(click: NewClick): Promise<void>;
  /** Moves spooled clicks into the database, as far as it takes them. */
  drain(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

export function clickRecorder(options: {
  insert: InsertClicks;
  spool: Spool;
  log: Logger;
  /** Called with the ids of clicks that came late, once they are in the database. */
  onLate: (clicks: readonly NewClick[]) => Promise<void>;
}): ClickRecorder {
  const { insert, spool, log, onLate } = options;
  /** A write that has been given up waiting for; until it is settled nothing else is sent to the database. */
  let stuck: Promise<void> | undefined;
  /** Spooled clicks whose write came through after all. */
  const written = new Set<string>();
  let awayUntil = 0;
  let draining: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const intoDatabase = async (clicks: readonly NewClick[]): Promise<boolean> => {
    if (stuck !== undefined || Date.now() < awayUntil) return false;
    const write = insert(clicks);
    const outcome = await within(patienceMs, write);
    if (outcome === 'done') return true;
    if (outcome === 'late') {
      stuck = write
        .then(
          () => {
            for (const { id } of clicks) written.add(id);
          },
          () => undefined,
        )
        .finally(() => {
          stuck = undefined;
        });
    } else {
      awayUntil = Date.now() + askAgainMs;
      log.warn({ reason: String((outcome as Error).message) }, 'clicks go to the spool: the database did not take them');
    }
    return false;
  };

  const { submit, idle } = groupCommit<NewClick, void>({
    async write(clicks) {
      if (!(await intoDatabase(clicks))) {
        await spool.append(clicks);
        drainSoon();
      }
      return clicks.map(() => undefined);
    },
  });

  const drainSoon = (): void => {
    if (timer !== undefined || stopped) return;
    timer = setTimeout(() => {
      timer = undefined;
      drain().catch((error: Error) => {
        log.debug({ reason: error.message }, 'the spool is still waiting for the database');
        drainSoon();
      });
    }, askAgainMs);
  };

  const drain = (): Promise<void> => {
    draining ??= drainAll().finally(() => {
      draining = undefined;
    });
    return draining;
  };
  const drainAll = async (): Promise<void> => {
    if (spool.isEmpty()) return;
    await stuck;
    const count = await spool.drain(async (spooled) => {
      const clicks = spooled.filter(({ id }) => !written.delete(id));
      for (let at = 0; at < clicks.length; at += drainChunk) {
        const chunk = clicks.slice(at, at + drainChunk);
        await insert(chunk);
        await onLate(chunk);
      }
    });
    if (count > 0) log.info({ clicks: count }, 'the spool has been moved into the database');
  };

  return {
    record: submit,
    drain,
    start() {
      if (!spool.isEmpty()) drainSoon();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await idle();
      await draining?.catch(() => undefined);
      await spool.close();
    },
  };
}

async function within(patience: number, work: Promise<void>): Promise<'done' | 'late' | Error> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), patience);
  });
  try {
    return await Promise.race([
      work.then(
        () => 'done' as const,
        (error: Error) => error,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
