import pg from 'pg';

/**
 * One changed, lost or invented row for each thing that the oracle promises to see. Triggers and constraints are switched off for it:
 * the databases themselves refuse most of this.
 */
const tampering: Record<string, readonly [database: string, sql: string]> = {
  O1: [
    'payouts',
    `UPDATE ledger_transaction SET amounts[1] = amounts[1] + 1 WHERE id = (SELECT transaction_id FROM ledger_leg WHERE account = 'approved' OR account = 'payable' ORDER BY 1 LIMIT 1)`,
  ],
  O2: [
    'payouts',
    'UPDATE balance SET pending = pending + 5 WHERE (partner_id, brand_id) = (SELECT partner_id, brand_id FROM balance ORDER BY 1, 2 LIMIT 1)',
  ],
  O3: ['tracking', 'DELETE FROM conversions WHERE id = (SELECT max(id) FROM conversions)'],
  O4: ['insights', `DELETE FROM messaging.inbox WHERE event_id = (SELECT min(event_id::text)::uuid FROM messaging.inbox)`],
  O5: ['approvals', 'UPDATE approval SET amount = amount + 1 WHERE id = (SELECT max(id) FROM approval)'],
  O6: [
    'payouts',
    `INSERT INTO simulator_money_out (rail_key, payout_id, amount, currency, moved_at) SELECT rail_key, id, amount, currency, now() FROM payout WHERE status = 'settled' LIMIT 1`,
  ],
  O7: ['audit', `UPDATE audit_record SET event = replace(event, '"specversion":"1.0"', '"specversion":"1.1"') WHERE sequence = 10`],
};

/** Does all of it; returns the checks that must fail now. */
export async function tamper(postgresUrl: string): Promise<string[]> {
  for (const [check, [database, sql]] of Object.entries(tampering)) {
    const url = new URL(postgresUrl);
    url.pathname = `/${database}`;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      await client.query('SET session_replication_role = replica');
      if (check === 'O1') await client.query('ALTER TABLE ledger_transaction DROP CONSTRAINT ledger_balanced');
      const { rowCount } = await client.query(sql);
      if (rowCount !== 1) throw new Error(`the tampering for ${check} changed ${rowCount} rows, not one`);
    } finally {
      await client.end();
    }
  }
  return Object.keys(tampering);
}
