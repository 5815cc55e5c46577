/** What is kept for the law: until when, and of what the last record is. */
export interface LastRecords {
  tax: Date | null;
  payments: Date | null;
}
export interface Retained {
  kind: 'tax-records' | 'payment-records';
  until: string;
}

/** Records go once so many full calendar years, of UTC, have passed after the year of the last one. */
export const retainedUntil = (last: Date, years: number): Date => new Date(Date.UTC(last.getUTCFullYear() + years + 1, 0, 1));

/** What lies before it may go now. */
export const horizonOf = (now: Date, years: number): Date => new Date(Date.UTC(now.getUTCFullYear() - years, 0, 1));

/** What is kept, and until when; only what there is. */
export function retainedOf({ tax, payments }: LastRecords, years: number): Retained[] {
  return [
    ...(tax ? [{ kind: 'tax-records' as const, until: retainedUntil(tax, years).toISOString() }] : []),
    ...(payments ? [{ kind: 'payment-records' as const, until: retainedUntil(payments, years).toISOString() }] : []),
  ];
}
