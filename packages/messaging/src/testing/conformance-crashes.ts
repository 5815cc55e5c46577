import { spawn } from 'node:child_process';
import { expect, test } from '@jest/globals';
import type { Stage } from './conformance.js';
import type { ChildPlan } from './crash-child.js';
import { sampleServices } from './rig.js';

const points = [
  'relay.before-publish',
  'relay.after-publish-before-mark',
  'relay.after-mark-before-commit',
  'relay.after-commit',
  'inbox.after-receive',
  'inbox.before-commit',
  'inbox.after-commit-before-ack',
];
const script = new URL('./crash-child.ts', import.meta.url).pathname;

interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  said: string;
}

function run(plan: ChildPlan, crash?: string): Promise<Exit> {
  const env = { ...process.env, NODE_OPTIONS: '', ...(crash === undefined ? {} : { TRIBUTARY_CRASH: crash }) };
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', script, JSON.stringify(plan)], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-3000);
  });
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal, said })));
}

/** The process dies at the worst moments; afterwards every event has exactly one effect. */
export function crashCases(stage: Stage): void {
  const prepare = async (): Promise<{ plan: ChildPlan; effects: (name: string) => Promise<string[]> }> => {
    const made = await Promise.all(sampleServices.map(async (name) => [name, await stage.database(name)] as const));
    const databases = new Map(made);
    return {
      plan: { urls: Object.fromEntries(made.map(([name, database]) => [name, database.url])), bus: stage.rig().child, emit: 60 },
      async effects(name) {
        const rows = await databases.get(name)?.pool.query<{ subject: string }>('SELECT subject FROM effects');
        return (rows?.rows ?? []).map((row) => row.subject);
      },
    };
  };

  test.each(points)(
    'killed at %s, then started again: every effect once',
    async (point) => {
      const { plan, effects } = await prepare();
      const first = await run(plan, `${point}:1`);
      expect(first).toMatchObject({ signal: 'SIGKILL', said: '' });
      const second = await run({ ...plan, emit: 0 });
      expect(second).toMatchObject({ code: 0, said: '' });
      for (const name of ['billing', 'stats']) {
        const subjects = await effects(name);
        expect(subjects).toHaveLength(60);
        expect(new Set(subjects).size).toBe(60);
      }
    },
    60_000,
  );

  test('an event that kills its consumer each time is parked, and takes none of the others with it', async () => {
    const { plan, effects } = await prepare();
    let exit: Exit = { code: null, signal: null, said: '' };
    let crashes = 0;
    for (; crashes < 25; crashes += 1) {
      exit = await run({ ...plan, emit: crashes === 0 ? 30 : 0, deadly: 'sale-11' });
      if (exit.signal !== 'SIGKILL') break;
    }
    expect(exit).toMatchObject({ code: 0, said: '' });
    expect(crashes).toBeGreaterThan(1);
    expect(crashes).toBeLessThanOrEqual(6);
    expect(new Set(await effects('billing')).size).toBe(29);
    expect(await effects('stats')).toHaveLength(30);
  }, 120_000);
}
