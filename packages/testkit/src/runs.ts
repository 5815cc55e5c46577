/** Whether this is `npm run test:long`. */
export const isLong = process.env['TRIBUTARY_LONG'] === '1';

/** Mutation tests run a property for each mutant: a mutant that is noticed at all is noticed soon. */
const mostUnderMutation = process.env['TRIBUTARY_MUTATED'] === undefined ? Number.POSITIVE_INFINITY : 60;

/** How often to try: `short` in every test run, `long` in `npm run test:long`. For `numRuns` of fast-check and for loops. */
export const runs = (short: number, long: number): number => (isLong ? long : Math.min(short, mostUnderMutation));
