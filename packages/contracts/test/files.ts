import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonSchema } from '../src/json-schema.js';

export const packageFolder = fileURLToPath(new URL('..', import.meta.url));
export const rootFolder = join(packageFolder, '..', '..');
export const snapshotFolder = join(packageFolder, 'snapshots');
export const sampleFolder = join(packageFolder, 'samples');
/** SHA-256 of every sample ever committed: a changed or removed sample no longer matches. */
export const sampleLedger = join(sampleFolder, 'checksums.json');

/** A document as it is committed: two spaces, one newline at the end. */
export const asFile = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;
export const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** The committed snapshot of an event type, or undefined when there is none yet. */
export function committedSnapshot(type: string): JsonSchema | undefined {
  const path = join(snapshotFolder, `${type}.json`);
  return existsSync(path) ? (readJson(path) as JsonSchema) : undefined;
}

/** Samples by `<type>/<n>.json`, in order. */
export function sampleFiles(): string[] {
  return readdirSync(sampleFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(sampleFolder, name)).map((file) => `${name}/${file}`))
    .sort();
}

export const readSample = (file: string): unknown => readJson(join(sampleFolder, file));
export const checksum = (file: string): string =>
  createHash('sha256')
    .update(readFileSync(join(sampleFolder, file)))
    .digest('hex');
export const committedChecksums = (): Record<string, string> =>
  existsSync(sampleLedger) ? (readJson(sampleLedger) as Record<string, string>) : {};
