// deploy/Dockerfile read line by line; and, slowly, done line by line in an empty folder (`npm run check:dockerfile`).
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { serviceNames } from '@tributary/contracts';
import { readDockerfile } from '../../scripts/lib/dockerfile.mjs';
import { ignores } from '../../scripts/lib/dockerignore.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const [build, image] = readDockerfile(path.join(root, 'deploy/Dockerfile')) as [
  ReturnType<typeof readDockerfile>[number],
  ReturnType<typeof readDockerfile>[number],
];
const ignored = ignores(readFileSync(path.join(root, '.dockerignore'), 'utf8'));

test('both stages stand on one Node image with a full version, which is as new as package.json asks', () => {
  expect(image.base).toBe(build.base);
  const [, major, minor] = /^node:(\d+)\.(\d+)\.\d+-bookworm-slim$/.exec(image.base) ?? [];
  expect([Number(major), Number(minor) >= 19]).toEqual([20, true]);
});

test('the build installs from the lockfile, builds with turbo, and leaves development behind', () => {
  expect(build.run).toEqual(['npm ci', 'npx turbo run build --output-logs=errors-only', 'npm prune --omit=dev']);
});

test('it runs as another user than root, says its port and its data folder, and gets signals itself', () => {
  expect(image).toMatchObject({
    user: 'node',
    expose: [8080],
    volumes: ['/data'],
    env: { NODE_ENV: 'production', PORT: '8080', TRIBUTARY_DATA_DIR: '/data' },
  });
  expect(image.cmd).toEqual(['sh', '-c', 'exec node services/$SERVICE/dist/main.js']);
});

test('every path that it copies or runs exists, for every service', () => {
  for (const { sources } of image.copy) {
    for (const source of sources) expect([source, existsSync(path.join(root, path.relative('/app', source)))]).toEqual([source, true]);
  }
  for (const name of serviceNames) expect(existsSync(path.join(root, 'services', name, 'src/main.ts'))).toBe(true);
  expect(existsSync(path.join(root, image.healthcheck?.at(-1) ?? '-'))).toBe(true);
});

test('.dockerignore keeps out what is made, secret or not needed, and lets in what the build needs', () => {
  for (const file of [
    '.git/HEAD',
    '.env',
    '.env.example',
    'node_modules/x/y.js',
    'services/audit/dist/main.js',
    'services/audit/src/a.test.ts',
    '.data/x',
    'tests/a.ts',
  ])
    expect([file, ignored(file)]).toEqual([file, true]);
  for (const file of [
    'package.json',
    'package-lock.json',
    '.npmrc',
    'turbo.json',
    'tsconfig.base.json',
    'prisma.config.ts',
    'scripts/prisma.mjs',
    'deploy/healthcheck.mjs',
    'services/audit/prisma/schema.prisma',
    'services/web/public/index.html',
    'packages/messaging/src/testing/lab.ts',
  ])
    expect([file, ignored(file), existsSync(path.join(root, file))]).toEqual([file, false, true]);
  expect(() => ignores('!a')).toThrow('not understood');
});

const listening = (server: Server) =>
  new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));

test('the health check says yes to 200 alone', async () => {
  let status = 200;
  const server = createServer((request, response) => response.writeHead(request.url === '/healthz' ? status : 404).end());
  const env = { PATH: process.env['PATH'], PORT: String(await listening(server)) };
  const [, ...args] = image.healthcheck ?? [];
  // Not the synchronous way: the server that is asked lives in this process.
  const check = () =>
    new Promise<number>((resolve) => {
      const child = execFile(process.execPath, args, { cwd: root, env }, () => resolve(child.exitCode ?? -1));
    });
  expect(await check()).toBe(0);
  status = 503;
  expect(await check()).toBe(1);
  await new Promise((resolve) => server.close(resolve));
  expect(await check()).toBe(1);
});

// About a minute for npm ci, another for the build and the nine starts: only where it is asked for.
const slow = process.env['TRIBUTARY_SLOW_TESTS'] === '1';
test('the very commands of the Dockerfile build and start every service, in an empty folder', () => {
  if (!slow) return void process.stdout.write('not run: TRIBUTARY_SLOW_TESTS=1, or npm run check:dockerfile\n');
  const folder = mkdtempSync(path.join(tmpdir(), 'tributary-dockerfile-'));
  try {
    const output = execFileSync(process.execPath, [path.join(root, 'scripts/check-dockerfile.mjs')], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: folder },
    });
    for (const name of serviceNames) expect(output).toContain(`${name}: healthy and ready`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 900_000);
