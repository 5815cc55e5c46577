/** Something that does not hold, with the line of the bundle (from 1) where it shows. */
export interface Problem {
  line: number;
  /** The record's kind, as far as it could be read. */
  kind: string;
  what: string;
}
