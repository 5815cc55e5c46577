// Reads Stryker's reports: the score of each package, and the mutants that no test noticed with the reasons kept for them.

import path from 'node:path';

const DETECTED = new Set(['Killed', 'Timeout']);
const UNDETECTED = new Set(['Survived', 'NoCoverage']);

/**
 * @typedef {{ file: string, mutator: string, code: string, becomes: string }} Mutant Recognised by its text, not by its line.
 * @typedef {Mutant & { line: number }} Survivor
 * @typedef {Mutant & { reason: string }} Reason
 */

/**
 * What a report comes to.
 * @param {string} name
 * @param {{ files: Record<string, { source: string, mutants: object[] }> }} report
 */
export function summarise(name, report) {
  const mutants = Object.entries(report.files).flatMap(([file, { source, mutants: own }]) =>
    own.map((mutant) => ({ file, source, mutant })),
  );
  const count = (wanted) => mutants.filter(({ mutant }) => wanted.has(mutant.status)).length;
  const [detected, undetected] = [count(DETECTED), count(UNDETECTED)];
  const survivors = mutants.filter(({ mutant }) => UNDETECTED.has(mutant.status)).map(survivorOf);
  return {
    name,
    detected,
    score: scoreOf(detected, undetected),
    folders: foldersOf(mutants),
    survivors: survivors.sort((a, b) => compare(a.file, b.file) || a.line - b.line),
  };
}

const scoreOf = (detected, undetected) => Math.floor((detected / Math.max(detected + undetected, 1)) * 1000) / 10;

/** The same for each folder of the package's sources, where there are several. */
function foldersOf(mutants) {
  const folders = new Map();
  for (const { file, mutant } of mutants) {
    const folder = path.posix.dirname(file.replace(/^(packages|services)\/[^/]+\//, ''));
    const counts = folders.get(folder) ?? { folder, detected: 0, survived: 0 };
    if (DETECTED.has(mutant.status)) counts.detected += 1;
    if (UNDETECTED.has(mutant.status)) counts.survived += 1;
    folders.set(folder, counts);
  }
  const found = [...folders.values()].map((one) => ({ ...one, score: scoreOf(one.detected, one.survived) }));
  return found.length > 1 ? found.sort((a, b) => compare(a.folder, b.folder)) : [];
}

/**
 * The reasons of mutation-survivors.json, one for each mutant; several of one file may share an entry: `mutants`, each with mutator,
 * code and what it becomes.
 * @returns {Reason[]}
 */
export const reasonsOf = (entries) =>
  entries.flatMap(({ mutants, ...shared }) =>
    mutants === undefined ? [shared] : mutants.map(([mutator, code, becomes]) => ({ ...shared, mutator, code, becomes })),
  );

/**
 * Which survivors have no reason, and which reasons are about nothing that survives.
 * @param {readonly Survivor[]} survivors
 * @param {readonly Reason[]} reasons
 */
export function judge(survivors, reasons) {
  const given = new Map(reasons.filter(({ reason }) => reason.trim() !== '').map((one) => [keyOf(one), one.reason]));
  const alive = new Set(survivors.map(keyOf));
  return {
    explained: survivors.map((one) => ({ ...one, reason: given.get(keyOf(one)) })),
    unexplained: survivors.filter((one) => !given.has(keyOf(one))),
    stale: reasons.filter((one) => !alive.has(keyOf(one))),
  };
}

/** docs/mutation.md. */
export function page(summaries, reasons, missing = []) {
  const row = (what, score, detected, survived) => `| ${what} | ${score.toFixed(1)} % | ${detected} | ${survived} |`;
  const rows = summaries.flatMap(({ name, detected, score, survivors, folders }) => [
    row(name, score, detected, survivors.length),
    ...folders.map((one) => row(`${name}: ${one.folder}`, one.score, one.detected, one.survived)),
  ]);
  rows.push(...missing.map((name) => `| ${name} | no run yet | | |`));
  const parts = summaries.flatMap(({ name, survivors }) => ['', `## ${name}`, '', ...listed(judge(survivors, reasons).explained)]);
  return `${[...HEAD, ...rows, ...parts].join('\n')}\n`;
}

const HEAD = [
  '# Mutation tests',
  '',
  'Written by `npm run test:mutation`, not by hand. [Stryker](https://stryker-mutator.io) changes the code in one place at a time and runs',
  'the tests of the package; a change that no test notices survives. Below 90 % the run fails, and so it does when a survivor has no',
  'reason in `mutation-survivors.json`, which is kept by hand. Most are changes that change nothing: equivalent mutants.',
  '',
  'Of the engine it is the fold: all of `engine-1/`, circumstances, choice of deal, terms and their defaults, exchange, postings and',
  'explanations; not the refusals and warnings about terms (`check/`, `lint/`), which decide no amount. Every text of an explanation is',
  'changed too. The tests run in one process that keeps them loaded (`scripts/lib/mutation/`); those of the engine without the property',
  'suites, the stories and the largest examples (`stryker.config.js`): what only those notice counts as survived.',
  '',
  'Of services it is the domains that money and decisions hang on: of approvals routing, review and clearance; of payouts ledger, entries,',
  'runs and payouts. What stands around them, SQL and routes, is shown by their tests on PostgreSQL.',
  '',
  '| what | score | noticed | survived |',
  '|---|---|---|---|',
];

function listed(explained) {
  if (explained.length === 0) return ['None survived.'];
  return explained.map(
    ({ file, line, code, becomes, reason }) =>
      `- \`${file.split('/').pop()}:${line}\` ${quoted(code)} as ${quoted(becomes)}: ${reason ?? '**no reason yet**'}`,
  );
}

const quoted = (code) => {
  const short = code.length > 80 ? `${code.slice(0, 77)}...` : code;
  return short.includes('`') ? `\`\` ${short} \`\`` : `\`${short}\``;
};
const compare = (a, b) => (a < b ? -1 : Number(a > b));
const plain = (text) => text.replace(/\s+/g, ' ').trim();
const keyOf = ({ file, mutator, code, becomes }) => JSON.stringify([file, mutator, code, becomes]);

function survivorOf({ file, source, mutant }) {
  const { start, end } = mutant.location;
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = (lines.at(-1) ?? '').slice(0, end.column - 1);
  lines[0] = (lines[0] ?? '').slice(start.column - 1);
  return { file, line: start.line, mutator: mutant.mutatorName, code: plain(lines.join('\n')), becomes: plain(mutant.replacement ?? '') };
}
