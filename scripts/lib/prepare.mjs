// Installs and builds what is missing, so that a fresh clone can run. Node's own modules only.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureInstalled } from './install.mjs';

export const root = path.resolve(import.meta.dirname, '..', '..');

const quiet = {
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  CHECKPOINT_DISABLE: '1',
  SCARF_ANALYTICS: 'false',
  DO_NOT_TRACK: '1',
};

/** Dependencies, generated clients and the build; what is there already takes a second. Throws when the build fails. */
export async function prepare(say = (line) => process.stdout.write(`${line}\n`)) {
  ensureInstalled(root, say);
  const code = await spawned(path.join(root, 'node_modules', '.bin', 'turbo'), ['run', 'build', '--output-logs=errors-only'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (code !== 0) throw new Error('the build failed: npm run build shows why');
}

/** As the image runs its programs: room for the young generation, since most of what we make is garbage within milliseconds. */
const nodeOptions = ['--enable-source-maps', '--max-semi-space-size=32'];

/** Runs a built program in this terminal; signals are passed on. Resolves with its exit code. */
export function runBuilt(file, args, env = {}) {
  return spawned(process.execPath, [...nodeOptions, path.join(root, file), ...args], { stdio: 'inherit', env });
}

/** Runs a TypeScript program of the repository on the sources of the workspace packages. */
export function runWithSources(file, args) {
  return spawned(process.execPath, ['--conditions=source', '--import', 'tsx', path.join(root, file), ...args], { stdio: 'inherit' });
}

function spawned(command, args, { stdio, env = {} }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio, env: { ...process.env, ...quiet, ...env } });
    const pass = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, pass);
    child.on('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(127);
    });
    child.on('close', (code) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, pass);
      resolve(code ?? 1);
    });
  });
}
