import type { ArchivedEvent, Kind } from '../format.js';
import type { ReadBundle } from '../read-bundle.js';
import type { Story } from '../story.js';

/** What a check sees of a bundle, and where it says what does not hold. */
export interface Context {
  story: Story;
  archived: readonly ArchivedEvent[];
  records: ReadBundle['records'];
  /** Reports at the line of an event. */
  against(event: ArchivedEvent, what: string): void;
  /** Reports at the first record of a kind, or of its kind about one entry or conversion. */
  againstKind(kind: Kind, what: string, about?: string): void;
  /** Says what was taken as stated; the same said of several entries is said once. */
  note(what: string): void;
}

export type Check = (context: Context) => void;

/** How far apart the clocks of two services may be: what each of them says is told in its own time. */
export const clockSkewMs = 5000;

/** Whether one service's instant lies before another's by more than their clocks may differ. */
export const clearlyBefore = (a: string, b: string): boolean => Date.parse(a) < Date.parse(b) - clockSkewMs;

/** Instants are compared as instants: `Z` and `.000Z` say the same. */
export const sameInstant = (a: string, b: string): boolean => Date.parse(a) === Date.parse(b);
