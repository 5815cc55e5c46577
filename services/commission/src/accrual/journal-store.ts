import type { EntryExplanation } from '@tributary/engine';
import { jsonList, rowsOf, type Tx } from '@tributary/messaging';
import type { Entry } from './domain/entry.js';

/** What the journal holds for a scope. */
export interface ScopeRow {
  scope: string;
  brandId: string;
  /** Null for a running scope, and for one posted to by hand. */
  conversionId: string | null;
  partnerId: string;
  /** Null, with the version, for a scope posted to by hand: rating never loads it. */
  dealId: string | null;
  dealVersion: number | null;
  component: string;
  currency: string;
  net: bigint;
  postings: number;
  /** The first entry; null for a running scope, in which each conversion has a first of its own. */
  originalEntryId: string | null;
  runningSum: string | null;
  rounding: string | null;
}

const scopeColumns = [
  ['scope', 'scope', 'text'],
  ['brand_id', 'brandId', 'text'],
  ['conversion_id', 'conversionId', 'text'],
  ['partner_id', 'partnerId', 'text'],
  ['deal_id', 'dealId', 'text'],
  ['deal_version', 'dealVersion', 'int'],
  ['component', 'component', 'text'],
  ['currency', 'currency', 'text'],
  ['net', 'net', 'bigint'],
  ['postings', 'postings', 'int'],
  ['original_entry_id', 'originalEntryId', 'text'],
  ['running_sum', 'runningSum', 'text'],
  ['rounding', 'rounding', 'text'],
] as const;
const scopeSelected = scopeColumns.map(([column, name]) => `${column} AS "${name}"`).join(', ');

type Columns = readonly (readonly [column: string, name: string, type: string])[];
const rowsWith = (columns: Columns): string => rowsOf(Object.fromEntries(columns.map(([column, , type]) => [column, type])));
const transposed = <R extends object>(rows: readonly R[], columns: Columns): unknown[][] => columns.map(([, name]) => columnOf(rows, name));

const columnOf = <R extends object>(rows: readonly R[], name: string): unknown[] =>
  rows.map((row) => {
    const value = (row as Record<string, unknown>)[name];
    return value instanceof Date ? value.toISOString() : (value ?? null);
  });

/** Scopes of the journal by the conversion whose they are. Call with the conversions locked. */
export async function scopesOfConversions(tx: Tx, conversionIds: readonly string[]): Promise<ScopeRow[]> {
  if (conversionIds.length === 0) return [];
  return (await tx.query<ScopeRow>(`SELECT ${scopeSelected} FROM commission_scope WHERE conversion_id = ANY($1)`, [conversionIds])).rows;
}

/** The deals by which anything has been posted for these conversions or put into streams, whoever is credited now. Each by its own index. */
export async function dealsPostedFor(tx: Tx, conversionIds: readonly string[]): Promise<string[]> {
  if (conversionIds.length === 0) return [];
  const { rows } = await tx.query<{ dealId: string }>(
    `SELECT deal_id AS "dealId" FROM commission_scope WHERE conversion_id = ANY($1)
     UNION SELECT deal_id FROM commission_scope JOIN running_contribution USING (scope) WHERE running_contribution.conversion_id = ANY($1)
     UNION SELECT body ->> 'dealId' FROM stream_record WHERE conversion_id = ANY($1)`,
    [conversionIds],
  );
  return rows.map(({ dealId }) => dealId);
}

/** Makes the running scopes wanted that are not there, and locks them and the `others` in the order of their keys. */
export async function lockRunningScopes(tx: Tx, wanted: readonly ScopeRow[], others: readonly string[]): Promise<ScopeRow[]> {
  if (wanted.length + others.length === 0) return [];
  if (wanted.length > 0) {
    await tx.query(
      `INSERT INTO commission_scope (${scopeColumns.map(([column]) => column).join(', ')})
       SELECT * FROM ${rowsWith(scopeColumns)} new ORDER BY new.scope ON CONFLICT (scope) DO NOTHING`,
      transposed(wanted, scopeColumns),
    );
  }
  const scopes = [...wanted.map(({ scope }) => scope), ...others];
  return (
    await tx.query<ScopeRow>(`SELECT ${scopeSelected} FROM commission_scope WHERE scope = ANY($1) ORDER BY scope FOR UPDATE`, [scopes])
  ).rows;
}

/** What a conversion put into a running scope. */
export interface Contribution {
  conversionId: string;
  scope: string;
  brandId: string;
  exact: string;
  /** The first entry posted for it there; null while all of its parts have come to nothing. */
  firstEntryId: string | null;
}

const contributionColumns = [
  ['conversion_id', 'conversionId', 'text'],
  ['scope', 'scope', 'text'],
  ['brand_id', 'brandId', 'text'],
  ['exact', 'exact', 'text'],
  ['first_entry_id', 'firstEntryId', 'text'],
] as const;

export async function contributionsOf(tx: Tx, conversionIds: readonly string[]): Promise<Contribution[]> {
  if (conversionIds.length === 0) return [];
  const selected = contributionColumns.map(([column, name]) => `${column} AS "${name}"`).join(', ');
  return (await tx.query<Contribution>(`SELECT ${selected} FROM running_contribution WHERE conversion_id = ANY($1)`, [conversionIds])).rows;
}

export async function saveContributions(tx: Tx, contributions: readonly Contribution[]): Promise<void> {
  if (contributions.length === 0) return;
  await tx.query(
    `INSERT INTO running_contribution (${contributionColumns.map(([column]) => column).join(', ')}) SELECT * FROM ${rowsWith(contributionColumns)} new
     ON CONFLICT (conversion_id, scope) DO UPDATE SET exact = excluded.exact, first_entry_id = excluded.first_entry_id`,
    transposed(contributions, contributionColumns),
  );
}

/** A scope after the postings of this transaction, with the count that it had before them; null when there was no such scope. */
export type ChangedScope = ScopeRow & { postingsBefore: number | null };

/**
 * Stores the scopes as they stand after the postings. Should anybody else have posted into one meanwhile, which the locks rule out,
 * its counter is not the one expected: then nothing may be posted at all, and this throws.
 */
export async function saveScopes(tx: Tx, changed: readonly ChangedScope[]): Promise<void> {
  const fresh = changed.filter(({ postingsBefore }) => postingsBefore === null);
  const known = changed.filter(({ postingsBefore }) => postingsBefore !== null);
  const saved = (await insertScopes(tx, fresh)) + (await updateScopes(tx, known));
  if (saved !== changed.length) throw new Error(`${changed.length - saved} of ${changed.length} scopes were posted to by somebody else`);
}

async function insertScopes(tx: Tx, scopes: readonly ScopeRow[]): Promise<number> {
  if (scopes.length === 0) return 0;
  const { rowCount } = await tx.query(
    `INSERT INTO commission_scope (${scopeColumns.map(([column]) => column).join(', ')}) SELECT * FROM ${rowsWith(scopeColumns)} new`,
    transposed(scopes, scopeColumns),
  );
  return rowCount;
}

async function updateScopes(tx: Tx, scopes: readonly ChangedScope[]): Promise<number> {
  if (scopes.length === 0) return 0;
  const columns = [...scopeColumns, ['postings_before', 'postingsBefore', 'int']] as const;
  const { rowCount } = await tx.query(
    `UPDATE commission_scope AS held SET net = new.net, postings = new.postings, deal_version = new.deal_version, original_entry_id = new.original_entry_id, running_sum = new.running_sum
     FROM ${rowsWith(columns)} new
     WHERE held.scope = new.scope AND held.postings = new.postings_before`,
    transposed(scopes, columns),
  );
  return rowCount;
}

const entryColumns = [
  ['entry_id', 'entryId', 'text'],
  ['recorded_at', 'recordedAt', 'timestamptz'],
  ['scope', 'scope', 'text'],
  ['posting', 'posting', 'int'],
  ['partner_id', 'partnerId', 'text'],
  ['brand_id', 'brandId', 'text'],
  ['program_id', 'programId', 'text'],
  ['deal_id', 'dealId', 'text'],
  ['deal_version', 'dealVersion', 'int'],
  ['engine_version', 'engineVersion', 'text'],
  ['conversion_id', 'conversionId', 'text'],
  ['cause_conversion_id', 'causeConversionId', 'text'],
  ['component', 'component', 'text'],
  ['amount', 'amount', 'bigint'],
  ['currency', 'currency', 'text'],
  ['reason', 'reason', 'text'],
  ['adjusts', 'adjusts', 'text'],
  ['occurred_at', 'occurredAt', 'timestamptz'],
  ['matures_at', 'maturesAt', 'timestamptz'],
  ['period', 'period', 'text'],
  ['explanation', 'explanationText', 'json list'],
  ['explanation_hash', 'explanationHash', 'text'],
] as const;
export const entrySelected = entryColumns
  .filter(([column]) => column !== 'explanation')
  .map(([column, name]) => `entry.${column} AS "${name}"`)
  .join(', ');

/** An entry with its explanation as canonical JSON and the hash of that text. */
export interface WrittenEntry {
  entry: Entry;
  explanationText: string;
  explanationHash: string;
}

const insertEntry = `INSERT INTO commission_entry (${entryColumns.map(([column]) => column).join(', ')})
SELECT ${entryColumns.map(([column]) => (column === 'explanation' ? 'explanation::json' : column)).join(', ')}
FROM ${rowsWith(entryColumns)} new`;

export async function insertEntries(tx: Tx, entries: readonly WrittenEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const own = entries.map(({ entry }) => entry);
  const values = entryColumns.map(([, name]) => {
    if (name === 'explanationText') return jsonList(entries.map(({ explanationText }) => explanationText));
    return name === 'explanationHash' ? entries.map(({ explanationHash }) => explanationHash) : columnOf(own, name);
  });
  await tx.query(insertEntry, values);
}

/** How entries are explained, by their ids. */
export async function explanationsOf(tx: Tx, entryIds: readonly string[]): Promise<Map<string, EntryExplanation>> {
  const { rows } = await tx.query<{ entryId: string; explanation: EntryExplanation }>(
    'SELECT entry_id AS "entryId", explanation FROM commission_entry WHERE entry_id = ANY($1)',
    [entryIds],
  );
  return new Map(rows.map(({ entryId, explanation }) => [entryId, explanation]));
}

/** Makes the partitions of this month and the next two, should the job not have done so. To be called before the journal is touched. */
export async function ensurePartitions(tx: Tx, now: Date): Promise<void> {
  await tx.query("SELECT kit.ensure_monthly_partitions('public.commission_entry', $1, 3)", [now]);
}
