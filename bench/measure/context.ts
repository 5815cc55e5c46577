/** How much to measure, and where. */
export interface Context {
  folder: string;
  rounds: number;
  /** How long one side is under load in each round, about. */
  seconds: number;
  quick: boolean;
  say: (line: string) => void;
}
