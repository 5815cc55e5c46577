/** One line of bench/results.json. */
export interface Result {
  id: 'redirect' | 'events-single' | 'events-batch' | 'pipeline';
  /** Median over the rounds of ours divided by the reference. */
  ratio: number;
  ours: number;
  reference: number;
  unit: string;
  /** Of ours, median over the rounds. */
  p99Ms: number;
}

/** A result with all that is printed about it. */
export interface Finding extends Result {
  goal: number;
  /** An absolute goal on `ours`, besides. */
  leastOurs?: number;
  rounds: number;
  p50Ms: number;
  referenceP50Ms: number;
  referenceP99Ms: number;
  what: { ours: string; reference: string };
  /** What was checked afterwards. */
  verified: string;
  /** Further sentences: other figures measured on the way. */
  notes: string[];
  /** Microseconds of CPU for one request or event, by process. */
  cpuMicros: Record<string, number>;
  /** The same of the reference, where it is a server. */
  referenceCpuMicros?: Record<string, number>;
}

export const isMet = (finding: Finding): boolean =>
  finding.ratio >= finding.goal && (finding.leastOurs === undefined || finding.ours >= finding.leastOurs);
