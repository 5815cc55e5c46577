/** Tells domains of throw-away e-mail addresses. Throws when it cannot be asked: nobody takes that for a no. */
export interface DisposableDomains {
  isDisposable(domain: string): Promise<boolean>;
}
/** What a network address is, and where. Throws when it cannot be asked. */
export interface NetworkVerdicts {
  verdictOf(ip: string): Promise<{ network: string; country: string | null }>;
}
