import type { Tx } from '@tributary/messaging';
import type { TaxRule } from './domain/tax-rules.js';

export interface TaxRuleRow extends TaxRule {
  source: string;
  createdBy: string;
  createdAt: Date;
}

/** Every dated rate and threshold; there are few. */
export async function allTaxRules(tx: Tx): Promise<TaxRuleRow[]> {
  const { rows } = await tx.query<TaxRuleRow>(
    'SELECT kind, valid_from AS "validFrom", revision, value, source, created_by AS "createdBy", created_at AS "createdAt" FROM tax_rule ORDER BY kind, valid_from, revision',
  );
  return rows;
}

/** Adds one, as the next revision of its day. */
export async function insertTaxRule(tx: Tx, rule: Omit<TaxRuleRow, 'revision'>): Promise<number> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', ['tax-rule']);
  const { rows } = await tx.query<{ revision: number }>(
    `INSERT INTO tax_rule (kind, valid_from, revision, value, source, created_by, created_at)
     SELECT $1, $2, coalesce(max(revision), 0) + 1, $3, $4, $5, $6 FROM tax_rule WHERE kind = $1 AND valid_from = $2 RETURNING revision`,
    [rule.kind, rule.validFrom, rule.value, rule.source, rule.createdBy, rule.createdAt],
  );
  return rows[0]?.revision ?? 0;
}
