import type { Tx } from '@tributary/messaging';
import type { Standing } from './domain/standing.js';

export interface StandingStore {
  save(tx: Tx, standings: readonly Standing[]): Promise<void>;
}
