import type pg from 'pg';
import type { Logger } from 'pino';

export interface Repeating {
  pool: pg.Pool;
  name: string;
  everySeconds: number;
  log: Logger;
  run: () => Promise<void>;
}

/** Claims a turn for one instance: true when nobody has started the job for (nearly) `everySeconds`. */
async function claimTurn(pool: pg.Pool, name: string, everySeconds: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `INSERT INTO kit.job_run (name, started_at) VALUES ($1, clock_timestamp())
     ON CONFLICT (name) DO UPDATE SET started_at = excluded.started_at
     WHERE kit.job_run.started_at <= clock_timestamp() - make_interval(secs => $2)`,
    [name, everySeconds * 0.9],
  );
  return rowCount === 1;
}

/** Repeats a job by a timer in every instance; the database lets one of them run it. Returns what cancels it. */
export function repeatEvery(job: Repeating): () => void {
  let timer: NodeJS.Timeout;
  let cancelled = false;
  const again = () => {
    if (!cancelled) timer = setTimeout(turn, job.everySeconds * 1000).unref();
  };
  const turn = async () => {
    try {
      if (await claimTurn(job.pool, job.name, job.everySeconds)) await job.run();
    } catch (error) {
      if (!cancelled) job.log.error({ err: error, job: job.name }, 'a repeating job failed');
    }
    again();
  };
  again();
  return () => {
    cancelled = true;
    clearTimeout(timer);
  };
}
