import type { Envelope } from '@tributary/contracts';
import type { ArchivedEvent } from '@tributary/evidence';
import { jsonList, rowsOf } from '@tributary/messaging';
import { type Database, everything } from '@tributary/service-kit';
import type { Prisma, PrismaClient } from '../../generated/client.js';
import type { ArchiveStore, AuditRecord, Head, RecordFilter } from '../archive-store.js';

const newRecords = {
  sequence: 'bigint',
  event_id: 'uuid',
  type: 'text',
  subject: 'text',
  about: 'text',
  brand_id: 'text',
  partner_id: 'text',
  event: 'json list',
  previous_hash: 'text',
  hash: 'text',
};
/** Records and the new end of the chain: one statement, one round trip. */
const append = /* sql */ `
WITH records AS (
  INSERT INTO audit_record (${Object.keys(newRecords).join(', ')}, recorded_at) SELECT *, $11::timestamptz FROM ${rowsOf(newRecords)} new
)
UPDATE chain_head SET sequence = $12, hash = $13, recorded_at = $11`;

const columns = /* sql */ `r.sequence, r.recorded_at AS "recordedAt", r.event_id AS "eventId", r.type, r.subject, r.about, r.brand_id AS "brandId",
  r.partner_id AS "partnerId", r.event, r.previous_hash AS "previousHash", r.hash`;

// Each id by the indexes, whatever the planner believes of a table just filled: OFFSET keeps it from making one scan of it.
const byIds = /* sql */ `
SELECT DISTINCT ON (sequence) found.* FROM unnest($1::text[]) AS wanted (id) CROSS JOIN LATERAL (
  SELECT ${columns} FROM audit_record r WHERE r.subject = wanted.id OR r.about = wanted.id OFFSET 0
) found ORDER BY sequence`;

// By the BRIN index, which says where events of the partner may lie; only those are looked into.
const conversionsAt = /* sql */ `
WITH told AS MATERIALIZED (
  SELECT subject, event::jsonb -> 'data' AS data FROM audit_record
  WHERE type IN ('tracking.conversion.recorded.v1', 'tracking.conversion.attributed.v1') AND brand_id = $1 AND partner_id = $2
)
SELECT subject AS id FROM told
WHERE data ->> 'kind' = ANY($3) AND (data ->> 'occurredAt')::timestamptz >= $4 AND (data ->> 'occurredAt')::timestamptz < $5
GROUP BY subject ORDER BY min((data ->> 'occurredAt')::timestamptz), subject LIMIT $6`;

const ratesOf = /* sql */ `
SELECT ${columns} FROM audit_record r WHERE r.type = 'commission.fx-rate.recorded.v1' AND r.event::jsonb #>> '{data,date}' = ANY($1) ORDER BY sequence`;

const takeUp = /* sql */ `
INSERT INTO audit_event (event_id) SELECT unnest($1::uuid[]) ON CONFLICT (event_id) DO NOTHING RETURNING event_id AS id`;

type Row = Omit<AuditRecord, 'sequence' | 'recordedAt'> & { sequence: bigint; recordedAt: Date };
const fromRow = (row: Row): AuditRecord => ({ ...row, sequence: Number(row.sequence), recordedAt: row.recordedAt.toISOString() });
function archivedFrom(row: Row): ArchivedEvent {
  const { sequence, previousHash, recordedAt, hash, event } = fromRow(row);
  return { chain: { sequence, previousHash, recordedAt, hash }, event: JSON.parse(event) as Envelope };
}
interface HeadRow {
  sequence: bigint;
  hash: string;
  recordedAt: Date | null;
}
const headOf = ([row]: readonly HeadRow[]): Head => {
  if (row === undefined) throw new Error('the archive has lost its chain_head row');
  return { ...row, sequence: Number(row.sequence) };
};
const headSql = 'SELECT sequence, hash, recorded_at AS "recordedAt" FROM chain_head';

export function pgArchiveStore(db: Database<PrismaClient>): ArchiveStore {
  const read = async <R>(text: string, values: readonly unknown[] = []): Promise<R[]> =>
    db.tx(everything, async (tx) => (await tx.query<R>(text, values)).rows);
  return {
    async takeUp(tx, eventIds) {
      return new Set((await tx.query<{ id: string }>(takeUp, [eventIds])).rows.map(({ id }) => id));
    },
    lockHead: async (tx) => headOf((await tx.query<HeadRow>(`${headSql} FOR UPDATE`)).rows),
    head: async () => headOf(await read<HeadRow>(headSql)),
    async byEventIds(eventIds) {
      return new Set(
        (await read<{ id: string }>('SELECT event_id AS id FROM audit_event WHERE event_id = ANY($1::uuid[])', [eventIds])).map(
          ({ id }) => id,
        ),
      );
    },
    async append(tx, records) {
      const last = records.at(-1);
      if (last === undefined) return;
      const column = <T>(pick: (record: AuditRecord) => T) => records.map(pick);
      await tx.query(append, [
        column((r) => r.sequence),
        column((r) => r.eventId),
        column((r) => r.type),
        column((r) => r.subject),
        column((r) => r.about),
        column((r) => r.brandId),
        column((r) => r.partnerId),
        jsonList(column((r) => r.event)),
        column((r) => r.previousHash),
        column((r) => r.hash),
        last.recordedAt,
        last.sequence,
        last.hash,
      ]);
    },
    async chunk(after, until, limit) {
      return (
        await read<Row>(
          `SELECT ${columns} FROM audit_record r WHERE sequence > $1 AND sequence <= $2 ORDER BY sequence, recorded_at LIMIT $3`,
          [after, until, limit],
        )
      ).map(fromRow);
    },
    async lastSequence() {
      const [row] = await read<{ last: bigint | null }>('SELECT max(sequence) AS last FROM audit_record');
      return Number(row?.last ?? 0);
    },
    async byIds(scope, ids) {
      if (ids.length === 0) return [];
      const { rows } = await db.tx(scope, (tx) => tx.query<Row>(byIds, [[...new Set(ids)]]));
      return rows.map(archivedFrom);
    },
    async conversionsAt({ brandId, partnerId, kinds, from, to }, limit) {
      return (await read<{ id: string }>(conversionsAt, [brandId, partnerId, kinds, from, to, limit])).map(({ id }) => id);
    },
    ratesOf: async (days) => (await read<Row>(ratesOf, [days])).map(archivedFrom),
    async list(scope, filter, limit, before) {
      const rows = await db.read(scope, (prisma) =>
        prisma.auditRecord.findMany({ where: whereOf(filter, before), orderBy: { sequence: 'desc' }, take: limit }),
      );
      return rows.map(fromRow);
    },
    async stretchFrom(from, types) {
      const [row] = await read<{ after: bigint; until: bigint; count: number }>(
        /* sql */ `WITH place AS (
          SELECT coalesce((SELECT min(sequence) FROM audit_record WHERE recorded_at >= $1), (SELECT sequence + 1 FROM chain_head)) - 1 AS after, (SELECT sequence FROM chain_head) AS until
        ) SELECT after, until, (SELECT count(*)::int FROM audit_record r WHERE r.sequence > place.after AND r.sequence <= place.until AND r.type = ANY($2)) AS count FROM place`,
        [from, types],
      );
      return { types, afterSequence: Number(row?.after ?? 0), untilSequence: Number(row?.until ?? 0), count: row?.count ?? 0 };
    },
    async events({ types, afterSequence, untilSequence }, limit) {
      const sql =
        'SELECT sequence, event FROM audit_record WHERE sequence > $1 AND sequence <= $2 AND type = ANY($3) ORDER BY sequence LIMIT $4';
      const rows = await read<{ sequence: bigint; event: string }>(sql, [afterSequence, untilSequence, types, limit]);
      return rows.map((row) => ({ sequence: Number(row.sequence), event: JSON.parse(row.event) as Envelope }));
    },
    makePartitions: async () => void (await read("SELECT kit.ensure_monthly_partitions('audit_record', now(), 3)")),
  };
}

function whereOf(filter: RecordFilter, before: number | undefined): Prisma.AuditRecordWhereInput {
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
  return { ...given, ...(before === undefined ? {} : { sequence: { lt: BigInt(before) } }) };
}
