import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { eventually } from '@tributary/testkit';

export const root = path.resolve(import.meta.dirname, '../..');

export interface Started {
  child: ChildProcess;
  /** What it has printed. */
  output(): string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts a program of this repository and waits until `/readyz` answers 200. */
export async function startProgram(file: string, args: readonly string[], env: NodeJS.ProcessEnv, url: string): Promise<Started> {
  let said = '';
  const child = spawn(process.execPath, [path.join(root, file), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    return ended;
  };
  try {
    await eventually(
      `${file} is ready at ${url}`,
      async () => {
        if (child.exitCode !== null) throw new Error(`${file} ended with ${child.exitCode}:\n${said}`);
        return (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true;
      },
      120_000,
    );
  } catch (error) {
    await stop();
    throw new Error(`${String(error)}\n${said}`);
  }
  return { child, output: () => said, stop };
}
