/** What the word in a message about a changed account is signed under: those who send it and those who take it must agree. */
export const freezePurpose = 'payout-method-freeze';

/** How long after an account was entered its partner can freeze it by that word. */
export const freezeDays = 30;

/** The word: which account, until when, and the signature of both. */
export function freezeToken(payoutMethodId: string, until: Date, sign: (text: string) => string): string {
  const said = `${payoutMethodId}.${until.getTime()}`;
  return `${said}.${sign(said)}`;
}

/** Its parts, unless it is no such word. Whether the signature holds is for the reader to find out. */
export function readFreezeToken(token: string): { payoutMethodId: string; until: Date; said: string; signature: string } | undefined {
  const [payoutMethodId, until, signature, ...rest] = token.split('.');
  if (!payoutMethodId || !until || !/^\d{1,15}$/.test(until) || !signature || rest.length > 0) return undefined;
  return { payoutMethodId, until: new Date(Number(until)), said: `${payoutMethodId}.${until}`, signature };
}
