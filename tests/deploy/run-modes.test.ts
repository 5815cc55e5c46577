// docs/run-modes.md lists every variable that the code reads, with the default that the code has.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { serviceNames } from '@tributary/contracts';

const root = path.resolve(import.meta.dirname, '../..');

/** For tests and for people who work on the code: not part of running it. */
const forDevelopment = new Set(['TRIBUTARY_CRASH']);

const rows = new Map(
  readFileSync(path.join(root, 'docs/run-modes.md'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, name, , fallback = ''] = /^\| `([A-Z_]+)` \|([^|]*)\|([^|]*)\|/.exec(line) ?? [];
      return name ? [[name, fallback.trim()] as const] : [];
    }),
);

function sources(): { file: string; text: string }[] {
  const folders = ['packages', 'services'].flatMap((kind) =>
    readdirSync(path.join(root, kind)).map((name) => path.join(kind, name, 'src')),
  );
  return [...folders, 'tools/src']
    .map((folder) => path.join(root, folder))
    .filter(existsSync)
    .flatMap(filesIn);
}

function filesIn(folder: string): { file: string; text: string }[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(?<!\.test|\.d)\.ts$/.test(entry.name) && !/testing|generated|testkit/.test(entry.parentPath))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));
}

interface Read {
  name: string;
  fallback: string | undefined;
}

/** Variables of the zod schemas (`NAME: z...`) and those that are read by name (`env['NAME']`). */
function variablesIn(text: string): Read[] {
  const schemas = [
    ...text.matchAll(/^\s*(?:.*\{ )?([A-Z][A-Z0-9_]+): ((?:z\b|flag|postgresUrl)[^;]*?)(?=,\n\s*(?:\/\*\*|[A-Z]|\})|,?\s*\}\))/gm),
  ];
  const named = [...text.matchAll(/env\['([A-Z][A-Z0-9_]+)'\]/g)];
  return [
    ...schemas.map(([, name = '', rule = '']) => ({ name, fallback: /\.default\((.+?)\)/s.exec(rule)?.[1] })),
    ...named.map(([, name = '']) => ({ name, fallback: undefined })),
  ];
}

/** Each service's address is read by a name that is put together. */
const addresses = serviceNames
  .filter((name) => name !== 'gateway')
  .map((name) => ({ name: `TRIBUTARY_${name.toUpperCase()}_URL`, fallback: undefined }));
const read = [...sources().flatMap(({ text }) => variablesIn(text)), ...addresses].filter(({ name }) => !forDevelopment.has(name));

test('the reader of schemas finds names and defaults', () => {
  expect(
    variablesIn("const s = z.object({\n  A_B: z\n    .string()\n    .default('x y'),\n  C_D: flag.default(true),\n});\nenv['E_F']"),
  ).toEqual([
    { name: 'A_B', fallback: "'x y'" },
    { name: 'C_D', fallback: 'true' },
    { name: 'E_F', fallback: undefined },
  ]);
  expect(read.length).toBeGreaterThan(30);
});

test('every variable that the code reads is in the table of docs/run-modes.md, and no other', () => {
  expect([...rows.keys()].sort()).toEqual([...new Set(read.map(({ name }) => name))].sort());
});

test('the table says the defaults that the schemas have', () => {
  const plain = (text: string) => text.replace(/^'(.*)'$/s, '$1').replace(/(?<=\d)_(?=\d)/g, '');
  const wrong = read
    .filter(({ name, fallback }) => fallback !== undefined && !rows.get(name)?.includes(plain(fallback)))
    .map(({ name, fallback }) => `${name}: ${fallback}, and the table says ${rows.get(name)}`);
  expect(wrong).toEqual([]);
  const invented = [...rows].filter(
    ([name, fallback]) => /^`\w+`$/.test(fallback) && !read.some((one) => one.name === name && one.fallback !== undefined),
  );
  expect(invented.map(([name]) => name).filter((name) => !['OTEL_SERVICE_NAME', 'TRIBUTARY_API_KEY'].includes(name))).toEqual([]);
});
