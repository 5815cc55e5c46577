// Before each test file of `npm run test:long`: properties that name no number of runs of their own get many, from one seed.
import fc from 'fast-check';

fc.configureGlobal({
  numRuns: Number(process.env.TRIBUTARY_LONG_RUNS),
  seed: Number(process.env.TRIBUTARY_SEED),
});
