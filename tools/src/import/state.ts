import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const stateSchema = z.strictObject({
  stateVersion: z.literal(1),
  /** Of the file, the mapping and the platform's ids: another one makes the state void. */
  fingerprint: z.string(),
  /** Every line up to this ordinal has its outcome. */
  line: z.int().nonnegative(),
  accepted: z.int().nonnegative(),
  duplicates: z.int().nonnegative(),
  refused: z.array(z.strictObject({ line: z.int(), code: z.string() })),
  complete: z.boolean(),
});
/** How far an import has come. */
export type State = z.infer<typeof stateSchema>;

export const freshState = (fingerprint: string): State => ({
  stateVersion: 1,
  fingerprint,
  line: 0,
  accepted: 0,
  duplicates: 0,
  refused: [],
  complete: false,
});

/** The state to go on from: a fresh one when there is none, or it is another import's, or that import was complete. */
export function loadState(file: string, fingerprint: string): State {
  try {
    const state = stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return state.fingerprint === fingerprint && !state.complete ? state : freshState(fingerprint);
  } catch {
    // unreadable: nothing is lost by starting anew, for the platform knows what it has
    return freshState(fingerprint);
  }
}

/** Replaces the file at once: whoever is killed meanwhile leaves the old state or the new one. */
export function saveState(file: string, state: State): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  const handle = openSync(draft, 'w', 0o600);
  writeSync(handle, JSON.stringify(state));
  fsyncSync(handle);
  closeSync(handle);
  renameSync(draft, file);
}
