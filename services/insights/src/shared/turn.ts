/**
 * One writer of counters at a time, until its transaction ends: they change the same few rows, in whatever order, and would only lock
 * each other out. A first part of a WITH, to be read from by what must come after.
 */
export const turn = /* sql */ `turn AS MATERIALIZED (SELECT FROM pg_advisory_xact_lock(hashtext('insights.counters')))`;
