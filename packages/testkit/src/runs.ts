/** Whether this is `npm run test:long`. */
export const isLong = process.env['TRIBUTARY_LONG'] === '1';

/** How often to try: `short` in every test run, `long` in `npm run test:long`. For `numRuns` of fast-check and for loops. */
export const runs = (short: number, long: number): number => (isLong ? long : short);
