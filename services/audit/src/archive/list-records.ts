import { listAuditRecords } from '@tributary/contracts';
import { decodeCursor, ok, page, query } from '@tributary/service-kit';
import { z } from 'zod';
import type { ArchiveStore, AuditRecord } from './archive-store.js';

/** The archive, newest first. */
export const listRecordsRoute = (archive: ArchiveStore) =>
  query(listAuditRecords, async ({ query: { limit, cursor, ...filter }, scope }) => {
    const found = await archive.list(scope, filter, limit + 1, decodeCursor(cursor, z.int().positive()));
    return ok(page(found, limit, (record) => record.sequence, view));
  });

const view = ({ sequence, hash, previousHash, recordedAt, event }: AuditRecord) => ({
  sequence,
  hash,
  previousHash,
  recordedAt,
  event: JSON.parse(event) as unknown,
});
