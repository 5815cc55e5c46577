import { appendFile, mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Anchor, AnchorStore } from '../anchor-store.js';

const anchor = z.strictObject({ sequence: z.int(), hash: z.string(), at: z.string(), keyId: z.string(), signature: z.string() });

/** Anchors as lines of JSON in a file that is only ever appended to. Copy it off the machine: an attacker of both could rewrite both. */
export function anchorFile(file: string): AnchorStore {
  return {
    async append(next) {
      await mkdir(path.dirname(file), { recursive: true });
      await appendFile(file, `${JSON.stringify(next)}\n`, { mode: 0o600 });
      const handle = await open(file, 'r+');
      await handle.sync().finally(() => handle.close());
    },
    async all() {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      });
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map(readLine);
    },
  };
}

function readLine(line: string): Anchor {
  try {
    return anchor.parse(JSON.parse(line));
  } catch {
    return { sequence: 0, hash: '', at: '', keyId: '', signature: '' };
  }
}
