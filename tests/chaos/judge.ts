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
