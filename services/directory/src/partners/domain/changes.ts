/** What of a partner is set from an instant on. */
export type Setting = 'tier' | 'parent' | 'manager';

/** One thing recorded of a partner. What is recorded later (has the greater number) holds. */
export interface PartnerChange {
  number: number;
  change: Setting | 'tag-set' | 'tag-ended';
  /** Null takes tier, parent or manager away. */
  value: string | null;
  effectiveFrom: Date;
  recordedAt: Date;
  recordedBy: string;
}

/** A change before it has a number. */
export type NewChange = Omit<PartnerChange, 'number'>;

/** The changes that were known at an instant; all of them without one. */
export const knownAt = (changes: readonly PartnerChange[], at?: Date): readonly PartnerChange[] =>
  at === undefined ? changes : changes.filter(({ recordedAt }) => recordedAt <= at);

/** The changes of one setting, in the order of recording. */
export const settingsOf = (changes: readonly PartnerChange[], setting: Setting): PartnerChange[] =>
  changes.filter(({ change }) => change === setting);

/**
 * The value of a setting at an instant: of the changes effective by then the one recorded last, also over one that begins later but
 * was recorded before it. Null when nothing was said.
 */
export const valueAt = (changes: readonly PartnerChange[], setting: Setting, at: Date): string | null =>
  changes.findLast(({ change, effectiveFrom }) => change === setting && effectiveFrom <= at)?.value ?? null;
