/** Our name for a file of payments: one for each run and brand, and short enough to number the transfers behind it within 35 characters. */
export const messageIdOf = (runId: string, brandId: string): string => runId.slice(-16) + brandId.slice(-8);
