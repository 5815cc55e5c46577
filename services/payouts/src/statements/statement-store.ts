import { canonicalJson, type StatementLineKind } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { brandAccounts, owedAccounts, type StatementLine } from './domain/statement-lines.js';

/** A statement as stored. */
export interface StatementRow {
  id: string;
  brandId: string;
  brandName: string;
  number: number;
  partnerId: string;
  currency: string;
  period: string;
  timeZone: string;
  bookedBefore: Date;
  previousId: string | null;
  opening: bigint;
  closing: bigint;
  closingBy: { pending: number; held: number; approved: number; payable: number; inPayout: number };
  totals: { kind: StatementLineKind; amount: number; lines: number }[];
  lineCount: number;
  linesHash: string;
  methodId: string | null;
  contentHash: string;
  issuedAt: Date;
}
const columns = /* sql */ `id, brand_id AS "brandId", brand_name AS "brandName", number, partner_id AS "partnerId", currency, period, time_zone AS "timeZone", booked_before AS "bookedBefore",
  previous_id AS "previousId", opening, closing, closing_by AS "closingBy", totals, line_count AS "lineCount", lines_hash AS "linesHash", method_id AS "methodId", content_hash AS "contentHash", issued_at AS "issuedAt"`;

/** An account whose month is to be stated, under the id that the statement would have. */
export interface Account {
  id: string;
  partnerId: string;
  currency: string;
  previousId: string | null;
  opening: bigint;
}

/** Numbers follow each other and an account has one statement a month: one issuer at a time per brand. */
export async function lockStatements(tx: Tx, brandId: string): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('statements:' || $1))`, [brandId]);
}

/**
 * The next accounts of a brand that have no statement of this month or a later one. Their balances are locked, as whoever posts locks
 * them: until the commit nothing is added to what is read of them.
 */
export async function accountsToState(
  tx: Tx,
  month: { brandId: string; period: string },
  { partnerId, after, limit }: { partnerId: string | null; after: readonly [string, string]; limit: number },
): Promise<{ partnerId: string; currency: string; previousId: string | null; opening: bigint }[]> {
  const { rows } = await tx.query<Omit<Account, 'id'>>(
    `SELECT account.partner_id AS "partnerId", account.currency, last.id AS "previousId", coalesce(last.closing, 0)::bigint AS opening FROM balance account
     LEFT JOIN LATERAL (SELECT id, closing, period FROM account_statement s
       WHERE (s.partner_id, s.brand_id, s.currency) = (account.partner_id, account.brand_id, account.currency) ORDER BY period DESC LIMIT 1) AS last ON true
     WHERE account.brand_id = $1 AND ($2::text IS NULL OR account.partner_id = $2) AND (account.partner_id, account.currency) > ($3, $4)
       AND (last.period IS NULL OR last.period < $5)
     ORDER BY account.partner_id, account.currency LIMIT $6 FOR UPDATE OF account`,
    [month.brandId, partnerId, ...after, month.period, limit],
  );
  return rows;
}

/** What moved an account is what its transactions have on other accounts than its own, with the sign turned. */
const insertLines = /* sql */ `
WITH leg AS (
  SELECT asked.statement_id, t.id, t.partner_id, CASE WHEN leg.account = ANY ($6) THEN 'brand' ELSE leg.account END AS account, leg.amount, t.posted_at, t.effective_at, t.entry_id, t.payout_id
  FROM unnest($2::text[], $3::text[], $4::text[]) AS asked (statement_id, partner_id, currency)
  JOIN ledger_transaction t ON t.partner_id = asked.partner_id AND t.brand_id = $1 AND t.currency = asked.currency AND t.posted_at < $5
  CROSS JOIN LATERAL unnest(t.accounts, t.amounts) AS leg (account, amount) WHERE leg.account <> ALL ($7)),
line AS (
  SELECT statement_id, partner_id, id AS transaction_id, account, -sum(amount)::bigint AS amount, posted_at, effective_at, entry_id, payout_id
  FROM leg GROUP BY statement_id, partner_id, id, account, posted_at, effective_at, entry_id, payout_id HAVING sum(amount) <> 0)
INSERT INTO account_statement_line (statement_id, number, brand_id, partner_id, transaction_id, account, amount, booked_at, effective_at, entry_id, payout_id)
SELECT statement_id, row_number() OVER (PARTITION BY statement_id ORDER BY posted_at, transaction_id, account), $1, partner_id, transaction_id, account, amount, posted_at, effective_at, entry_id, payout_id
FROM line WHERE NOT EXISTS (SELECT 1 FROM account_statement_line stated WHERE stated.transaction_id = line.transaction_id AND stated.account = line.account)`;

/** Everything booked before an instant that no statement holds yet goes into the new ones. */
export async function writeLines(tx: Tx, brandId: string, accounts: readonly Account[], bookedBefore: Date): Promise<void> {
  const column = (pick: (account: Account) => string) => accounts.map(pick);
  await tx.query(insertLines, [
    brandId,
    column(({ id }) => id),
    column(({ partnerId }) => partnerId),
    column(({ currency }) => currency),
    bookedBefore,
    brandAccounts,
    owedAccounts,
  ]);
}

export interface LineSum {
  statementId: string;
  account: string;
  amount: bigint;
  lines: number;
}

/** What the new lines come to, by account and sign. */
export async function sumsOfLines(tx: Tx, ids: readonly string[]): Promise<LineSum[]> {
  const { rows } = await tx.query<LineSum>(
    `SELECT statement_id AS "statementId", account, sum(amount)::bigint AS amount, count(*)::int AS lines FROM account_statement_line
     WHERE statement_id = ANY ($1) GROUP BY statement_id, account, amount > 0`,
    [ids],
  );
  return rows;
}

/** The SHA-256 of the lines' text (`linesText`). */
export async function hashesOfLines(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ id: string; hash: string }>(
    `SELECT asked.id, encode(sha256(convert_to(coalesce(string_agg(concat_ws('|', number, transaction_id, account, amount, (extract(epoch FROM booked_at) * 1000)::bigint,
       (extract(epoch FROM effective_at) * 1000)::bigint, coalesce(entry_id, ''), coalesce(payout_id, '')), E'\\n' ORDER BY number), ''), 'UTF8')), 'hex') AS hash
     FROM unnest($1::text[]) AS asked (id) LEFT JOIN account_statement_line line ON line.statement_id = asked.id GROUP BY asked.id`,
    [ids],
  );
  return new Map(rows.map(({ id, hash }) => [id, hash]));
}

/** What is owed on accounts of a brand, booked before an instant, by where it lies. */
export async function owedBy(tx: Tx, brandId: string, accounts: readonly Account[], bookedBefore: Date) {
  const { rows } = await tx.query<{ id: string; account: string; amount: bigint }>(
    `SELECT asked.id, leg.account, sum(leg.amount)::bigint AS amount FROM unnest($2::text[], $3::text[], $4::text[]) AS asked (id, partner_id, currency)
     JOIN ledger_leg leg ON leg.partner_id = asked.partner_id AND leg.brand_id = $1 AND leg.currency = asked.currency AND leg.posted_at < $5
     WHERE leg.account = ANY ($6) GROUP BY asked.id, leg.account`,
    [
      brandId,
      accounts.map(({ id }) => id),
      accounts.map(({ partnerId }) => partnerId),
      accounts.map(({ currency }) => currency),
      bookedBefore,
      owedAccounts,
    ],
  );
  return rows;
}

/** The newest active payout method of each partner for a brand: its holder is named on the statement. */
export async function methodsOf(tx: Tx, brandId: string, partnerIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ partnerId: string; id: string }>(
    `SELECT DISTINCT ON (partner_id) partner_id AS "partnerId", id FROM payout_method
     WHERE partner_id = ANY ($2) AND status = 'active' AND (cardinality(brand_ids) = 0 OR $1 = ANY (brand_ids)) ORDER BY partner_id, created_at DESC, id DESC`,
    [brandId, partnerIds],
  );
  return new Map(rows.map((row) => [row.partnerId, row.id]));
}

export async function lastNumber(tx: Tx, brandId: string): Promise<number> {
  const { rows } = await tx.query<{ last: number }>(
    'SELECT coalesce(max(number), 0)::int AS last FROM account_statement WHERE brand_id = $1',
    [brandId],
  );
  return rows[0]?.last ?? 0;
}

const insertStatements = /* sql */ `
INSERT INTO account_statement (id, brand_id, number, partner_id, currency, period, time_zone, booked_before, previous_id, opening, closing, closing_by, totals, line_count, lines_hash, brand_name, method_id, content_hash, issued_by, issued_at)
SELECT "id", "brandId", "number", "partnerId", "currency", "period", "timeZone", "bookedBefore", "previousId", "opening", "closing", "closingBy", "totals", "lineCount", "linesHash", "brandName", "methodId", "contentHash", $2, "issuedAt"
FROM jsonb_to_recordset($1::jsonb) AS s ("id" text, "brandId" text, "number" int, "partnerId" text, "currency" text, "period" text, "timeZone" text, "bookedBefore" timestamptz, "previousId" text,
  "opening" bigint, "closing" bigint, "closingBy" jsonb, "totals" jsonb, "lineCount" int, "linesHash" text, "brandName" text, "methodId" text, "contentHash" text, "issuedAt" timestamptz)
ORDER BY "number"`;

export async function insertStatementRows(tx: Tx, rows: readonly StatementRow[], issuedBy: string): Promise<void> {
  const asText = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value);
  await tx.query(insertStatements, [JSON.stringify(rows, asText), issuedBy]);
}

/** Newest first. */
export async function statementsWhere(
  tx: Tx,
  filter: {
    id?: string | undefined;
    brandId?: string | undefined;
    partnerId?: string | undefined;
    period?: string | undefined;
    currency?: string | undefined;
    before?: string | undefined;
    limit: number;
  },
): Promise<StatementRow[]> {
  const { rows } = await tx.query<StatementRow>(
    `SELECT ${columns} FROM account_statement WHERE ($1::text IS NULL OR id = $1) AND ($2::text IS NULL OR brand_id = $2) AND ($3::text IS NULL OR partner_id = $3)
       AND ($4::text IS NULL OR period = $4) AND ($5::text IS NULL OR currency = $5) AND ($6::text IS NULL OR id < $6) ORDER BY id DESC LIMIT $7`,
    [filter.id, filter.brandId, filter.partnerId, filter.period, filter.currency, filter.before]
      .map((value): string | null => value ?? null)
      .concat(String(filter.limit)),
  );
  return rows;
}

/** Lines of a statement after a number. */
export async function linesAfter(tx: Tx, statementId: string, after: number, limit: number): Promise<StatementLine[]> {
  const { rows } = await tx.query<StatementLine>(
    `SELECT number, transaction_id AS "transactionId", account, amount, booked_at AS "bookedAt", effective_at AS "effectiveAt", entry_id AS "entryId", payout_id AS "payoutId"
     FROM account_statement_line WHERE statement_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
    [statementId, after, limit],
  );
  return rows;
}

/** What is hashed of a statement: everything that is shown but the hash. */
export const contentText = (shown: Record<string, unknown>): string => {
  const { contentHash: _hash, ...content } = shown;
  return canonicalJson(content);
};
