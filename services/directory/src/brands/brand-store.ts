import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import type { Brand } from './domain/brand.js';

export interface BrandStore {
  /** False when another brand has the slug. */
  insert(tx: Tx, brand: Brand): Promise<boolean>;
  find(scope: Scope, brandId: string): Promise<Brand | undefined>;
  /** Newest last; `after` is the id of the last one seen. */
  list(scope: Scope, limit: number, after?: string): Promise<Brand[]>;
}
