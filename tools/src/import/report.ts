/** How often a reason was given, by whom, and the first lines it was given for. */
export interface Reason {
  by: 'importer' | 'platform';
  lines: number;
  firstLines: number[];
}

/** What became of every line: read = accepted + duplicates + rejected, or `difference` says how many are unaccounted for. */
export interface Report {
  reportVersion: 1;
  file: { name: string; sha256: string; lines: number };
  url: string;
  startedAt: string;
  seconds: number;
  /** The line after which this run went on; 0 when it began at the first. */
  resumedAfterLine: number;
  linesRead: number;
  accepted: number;
  duplicates: number;
  rejected: { total: number; byReason: Record<string, Reason> };
  /** A rejected line may have several flaws. It is rejected for the first; these count all. */
  flaws: Record<string, number>;
  difference: number;
}

const firstLinesKept = 5;

/** Counts a rejection. */
export function count(byReason: Record<string, Reason>, reason: string, by: Reason['by'], line: number): void {
  byReason[reason] ??= { by, lines: 0, firstLines: [] };
  const counted = byReason[reason];
  counted.lines += 1;
  if (counted.firstLines.length < firstLinesKept) counted.firstLines.push(line);
}

/** The report for people. */
export function reportTable(report: Report): string {
  const { linesRead, accepted, duplicates, rejected, difference } = report;
  const reasons = Object.entries(rejected.byReason)
    .sort(([, a], [, b]) => b.lines - a.lines)
    .map(([reason, { by, lines }]) => [`  ${reason} (${by})`, lines] as const);
  const rows: (readonly [string, number])[] = [
    ['lines read', linesRead],
    ['accepted', accepted],
    ['duplicates', duplicates],
    ['rejected', rejected.total],
    ...reasons,
    ['difference', difference],
  ];
  const wide = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `${name.padEnd(wide)}  ${String(value).padStart(9)}`);
  const resumed = report.resumedAfterLine > 0 ? `, resumed after line ${report.resumedAfterLine}` : '';
  return [`${report.file.name} in ${report.seconds.toFixed(1)} s${resumed}`, ...lines].join('\n');
}
