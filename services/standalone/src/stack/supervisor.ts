import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import path from 'node:path';

export interface Program {
  name: string;
  file: string;
  env: NodeJS.ProcessEnv;
}

export interface Supervised {
  readonly name: string;
  /** Undefined between an end and the next start. */
  readonly pid: number | undefined;
  /** How often it was started. */
  readonly starts: number;
  /** Changes the environment of the next start. */
  configure(change: NodeJS.ProcessEnv): void;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and no new start. Resolves when it has ended. */
  stop(): Promise<void>;
}

export interface SupervisorOptions {
  logFolder: string;
  /** Told of every end that was not asked for. */
  onEnd?: (name: string, how: string, restartInMs: number) => void;
}

/** As the image runs a service: room for the young generation, since most of what we make is garbage within milliseconds. */
const nodeOptions = ['--enable-source-maps', '--max-semi-space-size=32'];
const firstPauseMs = 250;
const longestPauseMs = 10_000;
/** Who lived this long starts again without a pause that grows. */
const steadyMs = 20_000;

/** Keeps one program running: started again when it ends, at once the first time and then ever more slowly. */
export function supervise(program: Program, options: SupervisorOptions): Supervised {
  let child: ChildProcess | undefined;
  let stopping = false;
  let starts = 0;
  let pauseMs = firstPauseMs;
  let timer: NodeJS.Timeout | undefined;
  let env = program.env;
  let ended: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    ended = resolve;
  });

  const start = () => {
    const log = openSync(path.join(options.logFolder, `${program.name}.log`), 'a');
    const startedAt = Date.now();
    starts += 1;
    // A process group of its own: Ctrl-C is ours to pass on, in our order. The channel ends with us, and the child with it.
    child = spawn(process.execPath, [...nodeOptions, program.file], { env, stdio: ['ignore', log, log, 'ipc'], detached: true });
    child.once('exit', (code, signal) => {
      child = undefined;
      if (stopping) return ended();
      pauseMs = Date.now() - startedAt > steadyMs ? firstPauseMs : Math.min(longestPauseMs, pauseMs * 2);
      options.onEnd?.(program.name, signal ?? `exit code ${code}`, pauseMs);
      timer = setTimeout(start, pauseMs);
    });
  };
  start();

  return {
    name: program.name,
    get pid() {
      return child?.pid;
    },
    get starts() {
      return starts;
    },
    configure: (change) => {
      env = { ...env, ...change };
    },
    kill: (signal) => void child?.kill(signal),
    stop() {
      stopping = true;
      clearTimeout(timer);
      if (child) child.kill('SIGTERM');
      else ended();
      return done;
    },
  };
}
