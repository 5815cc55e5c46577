import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ServiceName } from '@tributary/contracts';
import { type BenchPostgres, startPostgres } from './postgres.js';
import { type Program, startProgram } from './programs.js';
import { type Api, makeWorld, type World } from './world.js';

export const adminKey = 'trib_bench_first_operator';

export interface Standalone {
  api: Api;
  world: World;
  postgres: BenchPostgres;
  program: Program;
  stop(): Promise<void>;
}

/** What takes events in: the front door, tracking, and the directory that tells it whom there is. */
export const intakeServices: readonly ServiceName[] = ['directory', 'tracking', 'gateway'];

/** The platform in one process, all of it or some services, on a PostgreSQL of its own in `folder`. */
export async function startStandalone(
  folder: string,
  options: { services?: readonly ServiceName[]; partners: number; postgres?: Record<string, string> },
): Promise<Standalone> {
  mkdirSync(folder, { recursive: true });
  const postgres = await startPostgres(folder, options.postgres);
  try {
    const program = await startProgram(
      'bench/subjects/platform-host.ts',
      {
        TRIBUTARY_DATA_DIR: path.join(folder, 'data'),
        TRIBUTARY_POSTGRES_URL: postgres.url,
        TRIBUTARY_ADMIN_KEY: adminKey,
        ...(options.services ? { BENCH_SERVICES: options.services.join(',') } : {}),
      },
      // As `npm start` runs it.
      { readyPath: '/healthz', nodeArgs: ['--max-semi-space-size=32'] },
    );
    const api = { url: program.url, key: adminKey };
    const stop = async () => {
      await program.stop();
      await postgres.stop();
    };
    try {
      const world = await makeWorld(api, { partners: options.partners, deals: options.services === undefined });
      return { api, world, postgres, program, stop };
    } catch (error) {
      await program.stop();
      throw error;
    }
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
