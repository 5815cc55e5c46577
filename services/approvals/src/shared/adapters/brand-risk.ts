/** First key of the advisory locks on a brand's risk ("risk"); the second is the hash of the brand's id. */
export const brandRisk = 0x7269736b;
