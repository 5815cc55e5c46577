import { spawn } from 'node:child_process';
import path from 'node:path';

/** The oracle is a program of its own, which uses nothing of the product. Resolves with its exit code and what it printed. */
export function judge(folder: string, say: (text: string) => void = () => undefined): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, ['--max-old-space-size=6144', path.join(import.meta.dirname, 'oracle.mjs'), folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
      say(String(chunk));
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code: code ?? 1, output })));
}

/**
 * The oracle reads one database after another while the services live on: an event that a job writes between two of its reads looks
 * like a difference. Such a one is gone at the next look, and a real one is not.
 */
export async function judgeAtRest(folder: string, say?: (text: string) => void, looks = 3): Promise<{ code: number; output: string }> {
  const result = await judge(folder, say);
  if (result.code === 0 || looks === 1) return result;
  say?.('differences: looking again in 5 s\n');
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  return judgeAtRest(folder, say, looks - 1);
}
