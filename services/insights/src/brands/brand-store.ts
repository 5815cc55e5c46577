import type { EventOf } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';

export interface BrandStore {
  /** Keeps the latest of each brand. A time zone that the database does not know is refused: it would break every report. */
  save(tx: Tx, events: readonly EventOf<'directory.brand.changed.v1'>[]): Promise<void>;
}
