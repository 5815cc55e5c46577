import type { Envelope } from '@tributary/contracts';
import { chainHash, genesisHash } from '@tributary/evidence';
import type { AuditRecord } from '../archive/archive-store.js';
import { columnsOf } from '../archive/domain/columns-of.js';

/** How far the chain has been followed. */
export interface Walk {
  sequence: number;
  hash: string;
  recordedAt: string;
}
export interface Break {
  sequence: number;
  reason: string;
}

export const startOfChain: Walk = { sequence: 0, hash: genesisHash, recordedAt: '' };

/** Follows the chain over the next records, in their order. Returns where it breaks, or how far it holds. */
export function walkChain(walk: Walk, records: readonly AuditRecord[]): Walk | Break {
  let { sequence, hash, recordedAt } = walk;
  for (const record of records) {
    const reason = flawOf(record, { sequence, hash, recordedAt });
    // A gap breaks where the missing record should stand, not where the next one does.
    if (reason !== undefined) return { sequence: sequence + 1, reason };
    ({ sequence, hash, recordedAt } = record);
  }
  return { sequence, hash, recordedAt };
}

function flawOf(record: AuditRecord, before: Walk): string | undefined {
  if (record.sequence > before.sequence + 1) return 'removed: the record is not there';
  if (record.sequence < before.sequence + 1) return 'added: the record before it stands there twice';
  if (record.previousHash !== before.hash) return 'reordered or changed: it does not follow the record before it';
  if (chainHash(record, record.event) !== record.hash) return 'changed: its content is not what was hashed';
  if (record.recordedAt < before.recordedAt) return 'reordered: it was recorded before the record before it';
  return sameColumns(record) ? undefined : 'changed: the columns beside the event say something else than it';
}

function sameColumns(record: AuditRecord): boolean {
  const said = columnsOf(JSON.parse(record.event) as Envelope);
  return Object.entries(said).every(([column, value]) => record[column as keyof typeof said] === value);
}
