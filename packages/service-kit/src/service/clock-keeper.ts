import { everything } from '../http/principal.js';
import { Rejected } from '../http/rejection.js';
import type { Database, SimulatableClock } from '../types.js';

/** Keeps the simulated clock of a service in its database, so that a restart does not fall back to the present. */
export interface ClockKeeper {
  /** Takes the clock up where it was when it is behind that. */
  restore(): Promise<void>;
  /** @throws Rejected `clock-not-simulated`, `clock-backwards` */
  move(to: Date): Promise<void>;
}

export function createClockKeeper(db: Database<unknown>, clock: SimulatableClock): ClockKeeper {
  const advance = (to: Date) => {
    if (to > clock.now()) clock.set(to);
  };
  return {
    async restore() {
      if (clock.mode === 'system') return;
      const { rows } = await db.pool.query<{ now: Date; set_at: Date }>('SELECT now, set_at FROM kit.clock');
      const kept = rows[0];
      if (kept) advance(new Date(kept.now.getTime() + Date.now() - kept.set_at.getTime()));
    },
    async move(to) {
      if (clock.mode === 'system') throw new Rejected('clock-not-simulated');
      const moved = await db.tx(everything, (tx) =>
        tx.query(
          `INSERT INTO kit.clock (now, set_at) VALUES ($1, clock_timestamp())
           ON CONFLICT (one) DO UPDATE SET now = excluded.now, set_at = excluded.set_at WHERE kit.clock.now <= excluded.now`,
          [to],
        ),
      );
      if (moved.rowCount === 0) throw new Rejected('clock-backwards');
      // In one process the services share the clock: the second one to be told finds it moved.
      advance(to);
    },
  };
}
