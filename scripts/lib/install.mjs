// Installs the dependencies when node_modules is missing or older than package-lock.json. Node's own modules only.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What differs between package-lock.json and node_modules: the first few packages, or [] when they agree. */
export function outdatedPackages(root) {
  const wanted = lockedPackages(path.join(root, 'package-lock.json'));
  const installed = lockedPackages(path.join(root, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted)
    .filter(([where, { optional }]) => where.startsWith('node_modules/') && !optional)
    .filter(([where, { version, link }]) => installed[where]?.version !== version || installed[where]?.link !== link)
    .map(([where]) => where.replace(/^.*node_modules\//, ''));
}

function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

/** Runs `npm ci` when something is missing. Returns a sentence on what was done; throws when npm failed. */
export function ensureInstalled(root, say = () => {}) {
  const outdated = outdatedPackages(root);
  if (outdated.length === 0) return 'node_modules agrees with package-lock.json';
  say(`npm ci (${outdated.length} packages missing or of another version)`);
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const { status, error } = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    env: { ...process.env, SCARF_ANALYTICS: 'false', DO_NOT_TRACK: '1', CHECKPOINT_DISABLE: '1' },
  });
  if (error || status !== 0) throw new Error(`npm ci failed${error ? `: ${error.message}` : ''}`);
  return `installed ${outdated.length} packages`;
}
