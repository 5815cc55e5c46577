/** A customer given to a partner: what occurs from an instant on is that partner's. */
export interface Assignment {
  partnerId: string;
  /** Where the partner is enrolled: for conversions in whose own programme he is not. */
  programId: string;
  effectiveFrom: Date;
}

/** The assignment that an instant falls under: of those effective by then the one recorded last. They come in the order of recording. */
export const assignmentAt = (assignments: readonly Assignment[], at: Date): Assignment | undefined =>
  assignments.findLast(({ effectiveFrom }) => effectiveFrom <= at);
