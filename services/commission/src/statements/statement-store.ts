import type { ComponentStatement, MonthExplanation, MonthState } from '@tributary/engine';
import { jsonList, rowsOf, type Tx } from '@tributary/messaging';

/** A revision of a statement as stored. */
export interface StatementRow {
  statementId: string;
  revision: number;
  brandId: string;
  partnerId: string;
  programId: string;
  dealId: string;
  period: string;
  currency: string;
  total: bigint;
  explanation: MonthExplanation;
  hash: string;
  issuedAt: Date;
}

/** What the latest revision of a month says, as far as the next one is compared with it. */
export interface CurrentStatement {
  statementId: string;
  revision: number;
  dealId: string;
  currency: string;
  statements: readonly ComponentStatement[];
  closing: MonthState;
}

const columns = [
  ['statement_id', 'statementId', 'text'],
  ['revision', 'revision', 'int'],
  ['brand_id', 'brandId', 'text'],
  ['partner_id', 'partnerId', 'text'],
  ['program_id', 'programId', 'text'],
  ['deal_id', 'dealId', 'text'],
  ['period', 'period', 'text'],
  ['currency', 'currency', 'text'],
  ['total', 'total', 'bigint'],
  ['hash', 'hash', 'text'],
  ['issued_at', 'issuedAt', 'timestamptz'],
  ['explanation', 'explanation', 'json list'],
] as const;
const selected = columns.map(([column, name]) => `statement.${column} AS "${name}"`).join(', ');

export async function insertStatements(tx: Tx, statements: readonly StatementRow[]): Promise<void> {
  if (statements.length === 0) return;
  const names = columns.map(([column]) => column);
  await tx.query(
    `INSERT INTO statement (${names.join(', ')}) SELECT ${names.map((name) => (name === 'explanation' ? 'explanation::json' : name)).join(', ')}
     FROM ${rowsOf(Object.fromEntries(columns.map(([column, , type]) => [column, type])))} new`,
    columns.map(([, name]) =>
      name === 'explanation'
        ? jsonList(statements.map(({ explanation }) => JSON.stringify(explanation)))
        : statements.map((one) => (name === 'issuedAt' ? one.issuedAt.toISOString() : one[name])),
    ),
  );
}

/** The latest revision of one month of each deal that has one. Found by its index: a month may have hundreds of revisions. */
export async function currentStatements(tx: Tx, dealIds: readonly string[], period: string): Promise<Map<string, CurrentStatement>> {
  const { rows } = await tx.query<CurrentStatement>(
    `SELECT statement_id AS "statementId", revision, deal_id AS "dealId", currency, explanation -> 'statements' AS statements, explanation -> 'closing' AS closing
     FROM unnest($1::text[]) AS wanted(id) CROSS JOIN LATERAL (
       SELECT * FROM statement WHERE deal_id = wanted.id AND period = $2 ORDER BY revision DESC LIMIT 1) AS latest`,
    [dealIds, period],
  );
  return new Map(rows.map((row) => [row.dealId, row]));
}

/** The latest revision of each of these months of each deal that has one, as stored. */
export async function statementsOfMonths(tx: Tx, dealIds: readonly string[], periods: readonly string[]): Promise<StatementRow[]> {
  if (dealIds.length === 0 || periods.length === 0) return [];
  const { rows } = await tx.query<StatementRow>(
    `SELECT ${selected} FROM unnest($1::text[]) AS wanted(id) CROSS JOIN unnest($2::text[]) AS month(period) CROSS JOIN LATERAL (
       SELECT * FROM statement AS own WHERE own.deal_id = wanted.id AND own.period = month.period ORDER BY own.revision DESC LIMIT 1) AS statement
     ORDER BY statement.period, statement.deal_id`,
    [dealIds, periods],
  );
  return rows;
}

/** What each deal's last statement before a month closed with. */
export async function closingsBefore(tx: Tx, dealIds: readonly string[], period: string): Promise<Map<string, MonthState>> {
  const { rows } = await tx.query<{ dealId: string; closing: MonthState }>(
    `SELECT deal_id AS "dealId", explanation -> 'closing' AS closing
     FROM unnest($1::text[]) AS wanted(id) CROSS JOIN LATERAL (
       SELECT * FROM statement WHERE deal_id = wanted.id AND period < $2 ORDER BY period DESC, revision DESC LIMIT 1) AS latest`,
    [dealIds, period],
  );
  return new Map(rows.map(({ dealId, closing }) => [dealId, closing]));
}

/** Who folds months of a deal has them alone until the transaction ends, and sees what the one before did. */
export async function lockMonths(tx: Tx, dealIds: readonly string[]): Promise<void> {
  const months = 0x6d6f6e74;
  await tx.query(
    `SELECT pg_advisory_xact_lock(${months}, key) FROM (SELECT DISTINCT hashtext(id) AS key FROM unnest($1::text[]) AS id ORDER BY key) AS keys`,
    [dealIds],
  );
}

export interface StatementFilter {
  statementId?: string | undefined;
  brandId?: string | undefined;
  partnerId?: string | undefined;
  period?: string | undefined;
  /** As recorded at this instant. */
  asOf?: string | undefined;
  before?: string | undefined;
  limit: number;
}

/** Statements, newest first, each in its latest revision of the time asked for. */
export async function findStatements(tx: Tx, filter: StatementFilter): Promise<StatementRow[]> {
  const { rows } = await tx.query<StatementRow>(
    `SELECT ${selected} FROM statement
     WHERE ($1::text IS NULL OR statement.statement_id = $1) AND ($2::text IS NULL OR statement.brand_id = $2) AND ($3::text IS NULL OR statement.partner_id = $3)
       AND ($4::text IS NULL OR statement.period = $4) AND ($5::timestamptz IS NULL OR statement.issued_at <= $5) AND ($6::text IS NULL OR statement.statement_id < $6)
       AND NOT EXISTS (SELECT 1 FROM statement AS later WHERE later.statement_id = statement.statement_id AND later.revision > statement.revision
         AND ($5::timestamptz IS NULL OR later.issued_at <= $5))
     ORDER BY statement.statement_id DESC LIMIT $7`,
    [
      filter.statementId ?? null,
      filter.brandId ?? null,
      filter.partnerId ?? null,
      filter.period ?? null,
      filter.asOf ?? null,
      filter.before ?? null,
      filter.limit,
    ],
  );
  return rows;
}

/** An entry that belongs to a statement. */
export interface StatementEntry {
  dealId: string;
  ofPeriod: string;
  entryId: string;
  component: string;
  amount: bigint;
  period: string;
  reason: string;
  recordedAt: Date;
}

/** The entries of months of deals, oldest first, as recorded at `asOf`. */
export async function entriesOfMonths(tx: Tx, scopes: readonly string[], asOf: string | undefined): Promise<StatementEntry[]> {
  if (scopes.length === 0) return [];
  const { rows } = await tx.query<StatementEntry>(
    `SELECT deal_id AS "dealId", split_part(scope, '/', 4) AS "ofPeriod", entry_id AS "entryId", component, amount, period, reason, recorded_at AS "recordedAt"
     FROM commission_entry WHERE scope = ANY($1) AND ($2::timestamptz IS NULL OR recorded_at <= $2) ORDER BY entry_id`,
    [scopes, asOf ?? null],
  );
  return rows;
}

/** What the entries of scopes add up to. */
export async function netsOf(tx: Tx, scopes: readonly string[]): Promise<Map<string, bigint>> {
  const { rows } = await tx.query<{ scope: string; net: bigint }>(
    `SELECT entry.scope, sum(entry.amount)::bigint AS net FROM commission_entry AS entry
     WHERE (entry.brand_id, entry.deal_id) IN (SELECT held.brand_id, held.deal_id FROM commission_scope AS held WHERE held.scope = ANY($1))
       AND entry.scope = ANY($1) GROUP BY entry.scope`,
    [scopes],
  );
  return new Map(rows.map(({ scope, net }) => [scope, net]));
}
