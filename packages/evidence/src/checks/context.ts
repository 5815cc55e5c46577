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
}

export type Check = (context: Context) => void;

/** Instants are compared as instants: `Z` and `.000Z` say the same. */
export const sameInstant = (a: string, b: string): boolean => Date.parse(a) === Date.parse(b);
