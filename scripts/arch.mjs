// The architecture gate: `npm run arch`.
//
//   1. import rules (.dependency-cruiser.cjs), after checking that every source file was really seen;
//   2. purity of `domain/` folders and of the pure packages (scripts/lib/purity.mjs);
//   3. files that have grown too long to read.
//
// `node scripts/arch.mjs --root <folder> --json` checks another tree and prints its violations as JSON (tests/architecture).

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cruise } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { findCircles } from './lib/cycles.mjs';
import { findImpurities, PURITY_RULES } from './lib/purity.mjs';
import { importsOnlyTypes } from './lib/syntax.mjs';

const MAX_LINES = 300;
const MAX_TEST_LINES = 600;
const FEWEST_FILES = 100; // this repository has many more: fewer means that the gate looked in the wrong place

const TYPES_ALLOWED = ['use-cases-know-no-drivers'];
const CIRCLE = 'no-circular';

const repository = path.resolve(import.meta.dirname, '..');
const { values: options } = parseArgs({
  options: { root: { type: 'string', default: repository }, json: { type: 'boolean', default: false } },
});
const root = path.resolve(options.root);

const files = sourceFiles();
const violations = [...(await importViolations()), ...purityViolations(), ...lengthViolations()];
report();

/** Every TypeScript source of the workspaces, as a path from the root with forward slashes. */
function sourceFiles() {
  return ['packages', 'services', 'tools']
    .flatMap((folder) => walk(folder))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
}

function walk(folder) {
  return entriesOf(folder).flatMap((entry) => {
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ['node_modules', 'dist', 'generated', '.data', '.turbo'].includes(entry.name) ? [] : walk(file);
    return entry.isFile() ? [file] : [];
  });
}

function entriesOf(folder) {
  try {
    return readdirSync(path.join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

async function importViolations() {
  const cruiseOptions = await extractDepcruiseOptions(path.join(repository, '.dependency-cruiser.cjs'));
  const { output } = await cruise(files, { ...cruiseOptions, baseDir: root });
  const modules = new Map(output.modules.map((module) => [module.source, module]));
  const { violations: found } = output.summary;
  return [
    ...files
      .filter((file) => !modules.has(file))
      .map((file) => ({ rule: 'every-file-is-seen', file, detail: 'dependency-cruiser did not read this file' })),
    ...found
      .filter(
        ({ rule, from, to }) => rule.name !== CIRCLE && !(TYPES_ALLOWED.includes(rule.name) && importsTypesOnly(modules.get(from), to)),
      )
      .map(({ rule, from, to }) => ({ rule: rule.name, file: from, detail: `imports ${to}` })),
    ...circleViolations(
      modules,
      found.filter(({ rule }) => rule.name === CIRCLE),
    ),
  ];
}

// The cruiser's swc parser does not tell `import type` from `import`; where a rule allows types, we look.

function importsTypesOnly(module, to) {
  const dependencies = module.dependencies.filter(({ resolved }) => resolved === to);
  return dependencies.every((dependency) => importsOnlyTypes(read(module.source), dependency.module));
}

/** Circles of types alone are none when the code runs. */
function circleViolations(modules, found) {
  const members = new Set(found.flatMap(({ cycle }) => cycle.map(({ name }) => name)));
  const importsOf = (name) =>
    modules
      .get(name)
      .dependencies.map(({ resolved }) => resolved)
      .filter((to) => members.has(to) && !importsTypesOnly(modules.get(name), to));
  const graph = new Map([...members].sort().map((name) => [name, importsOf(name)]));
  return findCircles(graph).map((circle) => ({
    rule: CIRCLE,
    file: circle[0],
    detail: `imports ${[...circle.slice(1), circle[0]].join(' -> ')}`,
  }));
}

function purityViolations() {
  return files
    .filter(isPure)
    .flatMap((file) => findImpurities(read(file)).map(({ rule, line }) => ({ rule, file, line, detail: PURITY_RULES[rule] })));
}

function isPure(file) {
  if (/\.test\.ts$|\/(test|testing|generated)\//.test(file)) return false;
  return /^packages\/(money|rules|engine|calendar)\/src\//.test(file) || /^services\/[^/]+\/src\/(.+\/)?domain\//.test(file);
}

/** Long lists are not long logic: tables of contents, schemas and fixtures may be as long as what they list. */
function lengthViolations() {
  const isList = (file) =>
    /\/(events|routes|schemas?|fixtures|generated)\/|\/(routes|subscriptions|jobs|catalogue|permissions|rejections|schema)\.ts$/.test(file);
  return files.flatMap((file) => {
    const limit = /\.test\.ts$|\/(test|testing)\//.test(file) ? MAX_TEST_LINES : MAX_LINES;
    const lines = read(file).trimEnd().split('\n').length;
    return lines > limit && !isList(file)
      ? [{ rule: 'file-length', file, detail: `${lines} lines, at most ${limit}: split it by what it does` }]
      : [];
  });
}

function read(file) {
  return readFileSync(path.join(root, file), 'utf8');
}

function report() {
  if (root === repository && files.length < FEWEST_FILES) {
    violations.push({
      rule: 'every-file-is-seen',
      file: '.',
      detail: `${files.length} source files found, at least ${FEWEST_FILES} expected`,
    });
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ files: files.length, violations })}\n`);
  else {
    for (const { rule, file, line, detail } of violations) process.stdout.write(`${file}${line ? `:${line}` : ''}  ${rule}: ${detail}\n`);
    process.stdout.write(`architecture: ${files.length} files, ${violations.length} violations\n`);
  }
  process.exitCode = violations.length > 0 ? 1 : 0;
}
