import { type Finding, isMet, type Result } from './measure/result.js';

/** The figures as a table, then for each case what was compared, what was checked, and where the time goes. */
export function reportOf(findings: readonly Finding[]): string {
  const head = ['', 'ours', 'reference', 'ratio', 'goal', 'p50 ms', 'p99 ms', 'ref p50', 'ref p99'];
  const rows = findings.map((one) => [
    one.id,
    `${Math.round(one.ours)} ${one.unit}`,
    String(Math.round(one.reference)),
    one.ratio.toFixed(2),
    `>= ${one.goal}${one.leastOurs ? ` and ${one.leastOurs} /s` : ''} ${isMet(one) ? 'met' : 'MISSED'}`,
    one.p50Ms.toFixed(1),
    one.p99Ms.toFixed(1),
    one.referenceP50Ms.toFixed(1),
    one.referenceP99Ms.toFixed(1),
  ]);
  return [tableOf([head, ...rows]), ...findings.map(detailsOf)].join('\n\n');
}

function tableOf(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function detailsOf(one: Finding): string {
  return [
    `${one.id}: ${isMet(one) ? 'goal met' : 'goal MISSED'}; medians of ${one.rounds} alternated rounds`,
    `  ours       ${one.what.ours}`,
    `  reference  ${one.what.reference}`,
    `  verified   ${one.verified}`,
    ...one.notes.map((note) => `  note       ${note}`),
    `  CPU        microseconds for each: ${cpuOf(one.cpuMicros)}`,
    ...(one.referenceCpuMicros ? [`             reference: ${cpuOf(one.referenceCpuMicros)}`] : []),
  ].join('\n');
}

function cpuOf(micros: Record<string, number>): string {
  const total = Object.values(micros).reduce((sum, each) => sum + each, 0);
  const parts = Object.entries(micros)
    .filter(([, each]) => each >= 0.5)
    .sort(([, a], [, b]) => b - a)
    .map(([name, each]) => `${name} ${each.toFixed(0)}`);
  return `${total.toFixed(0)} in all: ${parts.join(', ')}`;
}

/** What bench/results.json holds. */
export function resultsOf(findings: readonly Finding[]): Result[] {
  const round = (value: number, digits: number) => Number(value.toFixed(digits));
  return findings.map(({ id, ratio, ours, reference, unit, p99Ms }) => ({
    id,
    ratio: round(ratio, 3),
    ours: round(ours, 0),
    reference: round(reference, 0),
    unit,
    p99Ms: round(p99Ms, 2),
  }));
}
