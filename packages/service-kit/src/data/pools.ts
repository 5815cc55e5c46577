import pg from 'pg';

const int8 = 20;
/** How our pools read values: `int8` as bigint, `numeric` as text, `timestamptz` as Date. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8 && format !== 'binary' ? BigInt : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

/**
 * What is worked on lies in memory: to fetch a few hundred rows one by one from their index is cheaper than to read a whole table, and
 * above all than to ask its row-level security about each row.
 */
const planner = { random_page_cost: '1.1' };

export interface PoolOptions {
  max: number;
  applicationName: string;
  /** Everything that runs on this pool sees every brand: for consumers, jobs and messaging, never for a caller's own request. */
  allBrands?: boolean;
  /** Settings of each of its sessions. */
  settings?: Readonly<Record<string, string>>;
  onError: (error: Error) => void;
}

/** A pool with our type parsers. An idle connection that breaks is reported, not thrown. */
export function createPool(url: string, options: PoolOptions): pg.Pool {
  const settings = { ...planner, ...(options.allBrands ? { 'app.brands': '*' } : {}), ...options.settings };
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    application_name: options.applicationName,
    types,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  });
  pool.on('error', options.onError);
  return pool;
}
