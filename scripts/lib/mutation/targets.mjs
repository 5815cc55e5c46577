// What is mutated, by name: a folder of the repository and the files in its `src`.

/** Of the engine it is the fold: what an amount depends on. Not the refusals and warnings about terms (check/, lint/). */
const fold = ['engine-1/**/*', 'circumstances', 'deal-history', 'postings', 'fx', 'explanation', 'terms'];
const domains = (...areas) => areas.map((area) => `${area}/domain/**/*`);

/**
 * Of services it is the pure domains that money and decisions hang on. `helpers` are files beside `src` that their tests need.
 * @type {Record<string, { folder: string, files: string[], helpers?: string[] }>}
 */
export const targets = {
  money: { folder: 'packages/money', files: ['**/*'] },
  calendar: { folder: 'packages/calendar', files: ['**/*'] },
  engine: { folder: 'packages/engine', files: fold },
  approvals: { folder: 'services/approvals', files: domains('shared/routing', 'review', 'clearance'), helpers: ['test/an-approval.ts'] },
  payouts: { folder: 'services/payouts', files: domains('ledger', 'entries', 'runs', 'payouts') },
};
