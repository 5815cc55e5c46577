import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { freePort } from '../../scripts/lib/processes.mjs';
import { stopping } from '../measure/cleanup.js';

const root = path.resolve(import.meta.dirname, '../..');

export interface Program {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts a Node program of this folder that listens on PORT, with the loader and conditions of this process, and waits until it listens. */
export async function startProgram(
  file: string,
  env: NodeJS.ProcessEnv,
  options: { readyPath: string; nodeArgs?: readonly string[] },
): Promise<Program> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let said = '';
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      ...(options.nodeArgs ?? []),
      ...(process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter(Boolean),
      path.join(root, file),
    ],
    {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production', PORT: String(port), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = stopping(async () => {
    if (isRunning(child)) child.kill('SIGTERM');
    await ended;
  });
  try {
    await until(`${file} answers`, 120_000, async () => {
      if (!isRunning(child)) throw new Error(`${file} ended:\n${said}`);
      const answer = await fetch(`${url}${options.readyPath}`, { redirect: 'manual' }).catch(() => undefined);
      return answer !== undefined && answer.status < 500;
    });
  } catch (error) {
    await stop();
    throw new Error(`${String(error)}\n${said}`);
  }
  return { url, pid: child.pid ?? 0, stop };
}

const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

/** Asks again and again until it is so. @throws after the deadline, naming what was waited for. */
export async function until(what: string, deadlineMs: number, probe: () => Promise<boolean>, everyMs = 50): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await probe())) {
    if (Date.now() > deadline) throw new Error(`waited ${deadlineMs / 1000} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
