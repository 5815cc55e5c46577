export interface Mutant {
  file: string;
  mutator: string;
  code: string;
  becomes: string;
}
export interface Survivor extends Mutant {
  line: number;
}
export interface Reason extends Mutant {
  reason: string;
}
export interface Summary {
  name: string;
  detected: number;
  score: number;
  survivors: Survivor[];
}
export interface StrykerReport {
  files: Record<string, { source: string; mutants: object[] }>;
}
export function summarise(name: string, report: StrykerReport): Summary;
export function judge(
  survivors: readonly Survivor[],
  reasons: readonly Reason[],
): { explained: (Survivor & { reason: string | undefined })[]; unexplained: Survivor[]; stale: Reason[] };
export function page(summaries: readonly Summary[], reasons: readonly Reason[], missing?: readonly string[]): string;
