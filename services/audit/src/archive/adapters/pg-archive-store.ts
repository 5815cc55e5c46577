import type { Envelope } from '@tributary/contracts';
import { type Database, everything } from '@tributary/service-kit';
import type { Prisma, PrismaClient } from '../../generated/client.js';
import type { ArchiveStore, AuditRecord, Head, RecordFilter } from '../archive-store.js';

// Events are large and full of quotes, which an array parameter would escape one by one: they travel as one text, with a separator
// that JSON never contains unescaped.
const separator = '\u001e';
/** Records, their ids, the keys they are found by, and the new end of the chain: one statement, one round trip. */
const append = /* sql */ `
WITH records AS (
  INSERT INTO audit_record (sequence, recorded_at, event_id, type, subject, brand_id, partner_id, event, previous_hash, hash)
  SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], string_to_array($8, E'\\x1e'), $9::text[], $10::text[])
), events AS (
  INSERT INTO audit_event (event_id, sequence) SELECT * FROM unnest($3::uuid[], $1::bigint[])
), keys AS (
  INSERT INTO record_key (kind, id, sequence) SELECT * FROM unnest($11::text[], $12::text[], $13::bigint[])
)
UPDATE chain_head SET sequence = $14, hash = $15, recorded_at = $16`;

const columns = /* sql */ `r.sequence, r.recorded_at AS "recordedAt", r.event_id AS "eventId", r.type, r.subject, r.brand_id AS "brandId",
  r.partner_id AS "partnerId", r.event, r.previous_hash AS "previousHash", r.hash`;

type Row = Omit<AuditRecord, 'sequence' | 'recordedAt'> & { sequence: bigint; recordedAt: Date };
const fromRow = (row: Row): AuditRecord => ({ ...row, sequence: Number(row.sequence), recordedAt: row.recordedAt.toISOString() });
const headOf = (rows: { sequence: bigint; hash: string; recordedAt: Date | null }[]): Head => {
  const [row] = rows;
  if (row === undefined) throw new Error('the archive has lost its chain_head row');
  return { ...row, sequence: Number(row.sequence) };
};
const headSql = 'SELECT sequence, hash, recorded_at AS "recordedAt" FROM chain_head';

export function pgArchiveStore(db: Database<PrismaClient>): ArchiveStore {
  const read = async <R>(text: string, values: readonly unknown[] = []): Promise<R[]> =>
    db.tx(everything, async (tx) => (await tx.query<R>(text, values)).rows);
  return {
    lockHead: async (tx) => headOf((await tx.query<Row>(`${headSql} FOR UPDATE`)).rows),
    head: async () => headOf(await read(headSql)),
    async knownEvents(tx, eventIds) {
      const { rows } = await tx.query<{ id: string }>('SELECT event_id AS id FROM audit_event WHERE event_id = ANY($1)', [eventIds]);
      return new Set(rows.map(({ id }) => id));
    },
    async byEventIds(eventIds) {
      return new Set(
        (await read<{ id: string }>('SELECT event_id AS id FROM audit_event WHERE event_id = ANY($1::uuid[])', [eventIds])).map(
          ({ id }) => id,
        ),
      );
    },
    async append(tx, records, keys) {
      const last = records.at(-1);
      const column = <T>(pick: (record: AuditRecord) => T) => records.map(pick);
      await tx.query(append, [
        column((r) => r.sequence),
        column((r) => r.recordedAt),
        column((r) => r.eventId),
        column((r) => r.type),
        column((r) => r.subject),
        column((r) => r.brandId),
        column((r) => r.partnerId),
        column((r) => r.event).join(separator),
        column((r) => r.previousHash),
        column((r) => r.hash),
        keys.map((key) => key.kind),
        keys.map((key) => key.id),
        keys.map((key) => key.sequence),
        last?.sequence,
        last?.hash,
        last?.recordedAt,
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
    async byKeys(scope, kind, ids) {
      if (ids.length === 0) return [];
      // The array comes first, so that records are fetched by number whatever the planner believes of a table just filled.
      const sql = `SELECT ${columns} FROM audit_record r
        WHERE r.sequence = ANY (ARRAY (SELECT DISTINCT sequence FROM record_key WHERE kind = $1 AND id = ANY ($2::text[]))) ORDER BY r.sequence`;
      const { rows } = await db.tx(scope, (tx) => tx.query<Row>(sql, [kind, ids]));
      return rows.map((row) => {
        const { sequence, previousHash, recordedAt, hash, event } = fromRow(row);
        return { chain: { sequence, previousHash, recordedAt, hash }, event: JSON.parse(event) as Envelope };
      });
    },
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
