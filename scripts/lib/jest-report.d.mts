// Types of jest-report.mjs, for its tests.

export interface WorkspaceCounts {
  files: number;
  passed: number;
  failed: number;
  skipped: number;
  seconds: number;
}

export interface Counts {
  passed: number;
  failed: number;
  suitesThatDidNotRun: string[];
  skipped: { file: string; title: string }[];
  byWorkspace: Map<string, WorkspaceCounts>;
}

export function countTests(report: object | undefined, root: string): Counts;
export function table(byWorkspace: Counts['byWorkspace']): string;
