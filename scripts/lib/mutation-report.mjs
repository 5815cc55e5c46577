// Reads Stryker's reports: the score of each package, and the mutants that no test noticed with the reasons kept for them.

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
  const score = Math.floor((detected / Math.max(detected + undetected, 1)) * 1000) / 10;
  return { name, detected, score, survivors: survivors.sort((a, b) => compare(a.file, b.file) || a.line - b.line) };
}

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
  const rows = summaries.map(
    ({ name, detected, score, survivors }) => `| ${name} | ${score.toFixed(1)} % | ${detected} | ${survivors.length} |`,
  );
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
  '| package | score | noticed | survived |',
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
