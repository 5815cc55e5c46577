// Completes package-lock.json: `node scripts/complete-lockfile.mjs` after an `npm install` through a registry that lacks
// the binaries of other platforms. npm then leaves these optional packages out of the lockfile, and `npm ci` refuses it,
// also where they could be had. Their version is what their parent asks for; npm itself adds the checksum when it can.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const OS = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  openharmony: 'openharmony',
  sunos: 'sunos',
  aix: 'aix',
  win32: 'win32',
  windows: 'win32',
};
const CPU = {
  64: 'x64',
  x64: 'x64',
  arm64: 'arm64',
  arm: 'arm',
  ia32: 'ia32',
  loong64: 'loong64',
  mips64el: 'mips64el',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  wasm32: 'wasm32',
};
const LIBC = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

/** The optional packages that a lockfile asks for and does not list: `{ where, name, range, parent }`. */
export function missingOptionalPackages({ packages }) {
  return Object.entries(packages).flatMap(([parent, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => locate(packages, parent, name) === undefined)
      .map(([name, range]) => ({ name, range, parent, dev })),
  );
}

/** Node's way to find a package: in the nearest node_modules upwards. */
function locate(packages, parent, name) {
  for (let folder = parent; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const where = `${folder}${folder ? '/' : ''}node_modules/${name}`;
    if (packages[where]) return where;
    if (folder === '') return undefined;
  }
}

function entryOf({ name, range, dev }) {
  const tokens = name.split('/').at(-1).split('-');
  const named = (table) =>
    tokens
      .map((token) => table[token])
      .filter(Boolean)
      .slice(-1);
  const os = named(OS);
  const cpu = named(CPU);
  const libc = named(LIBC);
  if (os.length + cpu.length === 0 && name !== 'fsevents') throw new Error(`${name}: for which platform is it?`);
  return {
    version: range.replace(/^[\^~>=]+/, ''),
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(dev ? { dev } : {}),
    ...(libc.length > 0 && os[0] === 'linux' ? { libc } : {}),
    optional: true,
    ...(os.length > 0 ? { os } : name === 'fsevents' ? { os: ['darwin'] } : {}),
  };
}

function complete(file) {
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingOptionalPackages(lock);
  for (const each of missing) {
    const hoisted = `node_modules/${each.name}`;
    const where = lock.packages[hoisted] ? `${each.parent}/${hoisted}` : hoisted;
    lock.packages[where] = entryOf(each);
  }
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${missing.length} packages of other platforms added\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) complete(path.resolve(import.meta.dirname, '..', 'package-lock.json'));
