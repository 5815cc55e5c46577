import { newId } from '@tributary/contracts';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';

/** A table and what one batch writes into it, column by column, as text. */
interface Sample {
  table: string;
  columns: { name: string; type: string }[];
  rows: (string | null)[][];
}
export interface RawBatch {
  texts: string[];
  values: unknown[][];
}

// JSON full of quotes would be escaped one by one in an array parameter: it goes as one text, as tracking sends it.
const separator = '\u001e';

/** The tables that a batch of new, attributed events is written to. */
const tables = [
  { table: 'conversion_keys', key: 'conversion_id', from: 'public.conversion_keys' },
  { table: 'conversions', key: 'id', from: 'public.conversions' },
  { table: 'messaging.outbox', key: 'id', from: 'messaging.outbox' },
];

/** Reads the rows that the product wrote for `limit` events, so that the same can be written again under other ids. */
export async function readSamples(databaseUrl: string, limit: number): Promise<Sample[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const samples: Sample[] = [];
    for (const { table, from } of tables) {
      const [schema, name] = from.split('.');
      const columns = await client.query<{ name: string; type: string }>(
        `SELECT column_name AS name, udt_name AS type FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position`,
        [schema, name],
      );
      const only = table === 'messaging.outbox' ? "WHERE type = 'tracking.conversion.recorded.v1'" : '';
      const list = columns.rows.map((column) => `"${column.name}"::text`).join(', ');
      const { rows } = await client.query({ text: `SELECT ${list} FROM ${from} ${only} LIMIT ${limit}`, rowMode: 'array' });
      samples.push({ table, columns: columns.rows, rows: rows as (string | null)[][] });
    }
    return samples;
  } finally {
    await client.end();
  }
}

/** The same rows as values of UNNEST statements, with ids of their own. */
export function rawBatch(samples: readonly Sample[]): RawBatch {
  const conversionIds = samples[0]?.rows.map(() => newId('conversion')) ?? [];
  const now = new Date().toISOString();
  const fresh: Record<string, (index: number) => string> = {
    'conversion_keys.conversion_id': (index) => conversionIds[index] ?? '',
    'conversion_keys.event_id': (index) => `raw-${conversionIds[index]}`,
    'conversions.id': (index) => conversionIds[index] ?? '',
    'conversions.event_id': (index) => `raw-${conversionIds[index]}`,
    'messaging.outbox.id': () => uuidv7(),
    'messaging.outbox.created_at': () => now,
  };
  const valuesOf = ({ table, columns, rows }: Sample) =>
    columns.map(({ name, type }, at) => {
      const make = fresh[`${table}.${name}`];
      const column = rows.map((row, index) => (make ? make(index) : (row[at] ?? null)));
      return type === 'json' ? column.join(separator) : column;
    });
  return { texts: samples.map(insertOf), values: samples.map(valuesOf) };
}

function insertOf({ table, columns }: Sample): string {
  const inputs = columns.map(({ type }, at) => (type === 'json' ? `string_to_array($${at + 1}, E'\\x1e', '')` : `$${at + 1}::${type}[]`));
  const outputs = columns.map(({ name, type }) => (type === 'json' ? `"${name}"::json` : `"${name}"`));
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  return `INSERT INTO ${table} (${names}) SELECT ${outputs.join(', ')} FROM unnest(${inputs.join(', ')}) AS new (${names})`;
}

/** Inserts batches on so many connections, each batch in one transaction. Returns the seconds it took and each batch's milliseconds. */
export async function insertBatches(
  pool: pg.Pool,
  batches: readonly RawBatch[],
  connections: number,
): Promise<{ seconds: number; ms: number[] }> {
  const waiting = [...batches];
  const ms: number[] = [];
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = await pool.connect();
      try {
        for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
          const at = performance.now();
          await client.query('BEGIN');
          for (const [index, text] of batch.texts.entries())
            await client.query({ name: `raw-${index}`, text, values: batch.values[index] ?? [] });
          await client.query('COMMIT');
          ms.push(performance.now() - at);
        }
      } finally {
        client.release();
      }
    }),
  );
  return { seconds: (performance.now() - begun) / 1000, ms };
}
