export interface ModelMethod {
  id: string;
  kind: string;
  account: string;
  by: string;
  at: number;
  usableFrom: number;
  verified: boolean;
  frozen: boolean;
  /** When something came back from there; 0: never. */
  returnedAt: number;
}
export interface ModelPayout {
  id: string;
  run: string;
  partner: string;
  currency: string;
  amount: bigint;
  fee: bigint;
  items: string[];
  method: ModelMethod;
  state: string;
  tried: boolean;
  /** What the rail knows of it. */
  rail: 'nothing' | 'accepted' | 'settled' | 'returned' | 'rejected';
}
export interface ModelRun {
  state: string;
  by: string;
  /** Who has approved it so far. */
  passed: string[];
  asked: boolean;
  tampered: boolean;
  /** By approvals. */
  clearance: 'none' | 'cleared' | 'refused';
}
export interface ModelOrder {
  currency: string | null;
  minimum: bigint | null;
  include: readonly string[] | null;
  exclude: readonly string[];
  /** Asked for below the minimum: from this on, at this fee, of which so much is waived. */
  forced: { from: bigint; fee: bigint; waived: bigint } | null;
}
