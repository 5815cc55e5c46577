import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Counts up when older data can no longer be read by simply starting. */
export const dataFormat = 2;
const marker = 'tributary.json';

/**
 * Opens the data folder, or makes it.
 * @throws when the folder was written by a newer Tributary, or holds something else.
 */
export function openDataFolder(folder: string): string {
  const absolute = path.resolve(folder);
  mkdirSync(absolute, { recursive: true, mode: 0o700 });
  const file = path.join(absolute, marker);
  if (!existsSync(file)) {
    if (readdirSync(absolute).length > 0) {
      throw new Error(`${absolute} is not empty and is not a data folder of Tributary. Point TRIBUTARY_DATA_DIR to an empty folder.`);
    }
    writeFileSync(file, `${JSON.stringify({ format: dataFormat, postgres: 18 })}\n`);
    return absolute;
  }
  const { format } = JSON.parse(readFileSync(file, 'utf8')) as { format?: unknown };
  if (format !== dataFormat) {
    throw new Error(
      `${absolute} was written in data format ${String(format)}; this version of Tributary reads format ${dataFormat}. Use the version that wrote it, or another TRIBUTARY_DATA_DIR.`,
    );
  }
  return absolute;
}
