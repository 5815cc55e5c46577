import type { Tx } from '@tributary/messaging';
import type { ApiKey } from './api-key.js';

export interface ApiKeyStore {
  /** False when the secret is known already. */
  insert(tx: Tx, key: ApiKey, keyHash: string): Promise<boolean>;
  /** Whether any key was ever made: the first operator's comes before all others. Locks out a second maker. */
  isEmpty(tx: Tx): Promise<boolean>;
  lock(tx: Tx, id: string): Promise<ApiKey | undefined>;
  revoke(tx: Tx, id: string): Promise<number>;
  findActive(keyHash: string): Promise<ApiKey | undefined>;
  list(limit: number, after?: string): Promise<ApiKey[]>;
  saveBrands(tx: Tx, brands: readonly { brandId: string; sequence: number }[]): Promise<void>;
  /** The first of the brands that has not been heard of. */
  unknownBrand(tx: Tx, brandIds: readonly string[]): Promise<string | undefined>;
}
