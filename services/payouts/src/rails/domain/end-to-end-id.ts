/** What banks know a payout by: its id, in characters that every SEPA bank takes. */
export const endToEndIdOf = (payoutId: string): string => payoutId.replace('_', '-');

/** The payout's id in what a bank hands through, also when it changed letters to capitals; anything else as it is. */
export const payoutIdOf = (endToEndId: string): string =>
  /^pyt[-_][0-7][0-9a-hjkmnp-tv-z]{25}$/i.test(endToEndId) ? endToEndId.toLowerCase().replace('-', '_') : endToEndId;
