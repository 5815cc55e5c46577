/** What is kept for the law: until when, and of what the last record is. */
export interface LastRecords {
  tax: Date | null;
  payments: Date | null;
}
export interface Retained {
  kind: 'tax-records' | 'payment-records';
  until: string;
}

const hourMs = 3_600_000;
/** The clocks of the earth: a year begins first at +14:00, and ends last at -12:00. Too long is kept rather than too short. */
const firstYearOf = (at: Date): number => new Date(at.getTime() + 14 * hourMs).getUTCFullYear();
const lastYearOf = (at: Date): number => new Date(at.getTime() - 12 * hourMs).getUTCFullYear();

/** Records go once so many full calendar years have passed everywhere after the year of the last one. */
export const retainedUntil = (last: Date, years: number): Date => new Date(Date.UTC(firstYearOf(last) + years + 1, 0, 1, 12));

/** What lies before it may go now. */
export const horizonOf = (now: Date, years: number): Date => new Date(Date.UTC(lastYearOf(now) - years, 0, 1) - 14 * hourMs);

/** What is kept, and until when; only what there is. */
export function retainedOf({ tax, payments }: LastRecords, years: number): Retained[] {
  return [
    ...(tax ? [{ kind: 'tax-records' as const, until: retainedUntil(tax, years).toISOString() }] : []),
    ...(payments ? [{ kind: 'payment-records' as const, until: retainedUntil(payments, years).toISOString() }] : []),
  ];
}
