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
  /** Of its sources; empty where there is only one. */
  folders: { folder: string; detected: number; survived: number; score: number }[];
  survivors: Survivor[];
}
export interface StrykerReport {
  files: Record<string, { source: string; mutants: object[] }>;
}
export function summarise(name: string, report: StrykerReport): Summary;
export type ReasonEntry =
  | Reason
  | { file: string; reason: string; mutants: readonly (readonly [mutator: string, code: string, becomes: string])[] };
export function reasonsOf(entries: readonly ReasonEntry[]): Reason[];
export function judge(
  survivors: readonly Survivor[],
  reasons: readonly Reason[],
): { explained: (Survivor & { reason: string | undefined })[]; unexplained: Survivor[]; stale: Reason[] };
export function page(summaries: readonly Summary[], reasons: readonly Reason[], missing?: readonly string[]): string;
