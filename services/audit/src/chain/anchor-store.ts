/** A signed end of the chain, kept outside of the database: what stood there once cannot be cut off or rewritten unseen. */
export interface Anchor {
  sequence: number;
  hash: string;
  /** ISO instant of the signature. */
  at: string;
  keyId: string;
  signature: string;
}

export interface AnchorStore {
  append(anchor: Anchor): Promise<void>;
  /** Oldest first. A line that cannot be read is an anchor of nothing, so that it is noticed. */
  all(): Promise<Anchor[]>;
}

/** What an anchor's signature is over. */
export const anchoredText = ({ sequence, hash, at }: Pick<Anchor, 'sequence' | 'hash' | 'at'>): Buffer =>
  Buffer.from(`tributary-audit-anchor/1\n${sequence}\n${hash}\n${at}`);
