import { isId } from '@tributary/contracts';
import { rowsOf, type Tx } from '@tributary/messaging';
import type { ConversionFact, Signal } from '../domain/rule.js';
import type { FactStore, Identity, Pair, Told } from '../fact-store.js';
import { rowOf } from './fact-row.js';

const factColumns = {
  conversion_id: 'text',
  brand_id: 'text',
  partner_id: 'text',
  customer_id: 'text',
  kind: 'text',
  occurred_at: 'timestamptz',
  received_at: 'timestamptz',
  amount: 'bigint',
  currency: 'text',
  original_conversion_id: 'text',
  method: 'text',
  click_id: 'text',
  clicked_at: 'timestamptz',
  click: 'text',
  country: 'text',
  bonus: 'bool',
  revision: 'int',
};
const names = Object.keys(factColumns);
const saveFacts = /* sql */ `
INSERT INTO risk_fact (${names.join(', ')}) SELECT ${names.join(', ').replace('click,', 'click::jsonb,')} FROM ${rowsOf(factColumns)} told
ON CONFLICT (conversion_id) DO UPDATE SET ${names
  .slice(1)
  .map((name) => `${name} = excluded.${name}`)
  .join(', ')}
WHERE excluded.revision > risk_fact.revision RETURNING conversion_id AS id`;

/** How many conversions of a partner rules look at: the latest. */
const recentMost = 20_000;
export const selectedFact = `conversion_id AS "conversionId", customer_id AS "customerId", kind, occurred_at AS "occurredAt", received_at AS "receivedAt", amount,
  original_conversion_id AS "originalConversionId", method, click_id AS "clickId", clicked_at AS "clickedAt", click, country, bonus`;

async function save(tx: Tx, told: readonly Told[]): Promise<Set<string>> {
  const latest = new Map<string, ReturnType<typeof rowOf>>();
  for (const event of told) {
    const row = rowOf(event);
    if (row.revision > (latest.get(row.conversion_id)?.revision ?? -1)) latest.set(row.conversion_id, row);
  }
  const rows = [...latest.values()].sort((a, b) => (a.conversion_id < b.conversion_id ? -1 : 1));
  if (rows.length === 0) return new Set();
  const columns = names.map((name) => rows.map((row) => row[name as keyof typeof row]));
  return new Set((await tx.query<{ id: string }>(saveFacts, columns)).rows.map(({ id }) => id));
}

const grouped = <T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
};

/** Of these partners, what is held of those who were erased. */
const forgetErased = (tx: Tx, partnerIds: readonly string[]) => tx.query('SELECT forget_partners($1)', [partnerIds]);

export const pgFactStore = (): FactStore => ({
  save,
  async since(tx, pairs, from) {
    const { rows } = await tx.query<ConversionFact & Pair>(
      `SELECT fact.* FROM unnest($1::text[], $2::text[]) AS pair (brand_id, partner_id), LATERAL (
         SELECT brand_id AS "brandId", partner_id AS "partnerId", ${selectedFact} FROM risk_fact
         WHERE brand_id = pair.brand_id AND partner_id = pair.partner_id AND occurred_at >= $3 ORDER BY occurred_at DESC LIMIT ${recentMost}
       ) fact ORDER BY fact."occurredAt", fact."conversionId"`,
      [pairs.map(({ brandId }) => brandId), pairs.map(({ partnerId }) => partnerId), from],
    );
    return grouped(rows, ({ brandId, partnerId }) => `${brandId}/${partnerId}`);
  },
  async signals(tx, brandIds, subjectIds) {
    const { rows } = await tx.query<Signal & { brandId: string; subjectId: string }>(
      `SELECT id, kind, value, brand_id AS "brandId", subject_id AS "subjectId" FROM risk_signal
       WHERE brand_id = ANY ($1) AND subject_id = ANY ($2) ORDER BY id, kind, value`,
      [brandIds, subjectIds],
    );
    return grouped(rows, ({ brandId, subjectId }) => `${brandId}/${subjectId}`);
  },
  async addSignals(tx, { id, brandId, subjectId, signals, recordedBy, createdAt }) {
    await tx.query(
      `INSERT INTO risk_signal (id, brand_id, subject_id, kind, value, recorded_by, created_at)
       SELECT $1, $2, $3, kind, value, $6, $7 FROM unnest($4::text[], $5::text[]) AS signal (kind, value)`,
      [id, brandId, subjectId, signals.map(({ kind }) => kind), signals.map(({ value }) => value), recordedBy, createdAt],
    );
    if (isId('partner', subjectId)) await forgetErased(tx, [subjectId]);
  },
  async countVerdicts(tx, brandId, subjectId) {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`network-verdicts ${brandId} ${subjectId}`]);
    const { rows } = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM risk_signal WHERE brand_id = $1 AND subject_id = $2 AND kind = 'network'`,
      [brandId, subjectId],
    );
    return rows[0]?.count ?? 0;
  },
  async touchedBy(tx, brandId, subjectId, from) {
    const { rows } = await tx.query<Pair & { conversionId: string }>(
      `SELECT brand_id AS "brandId", partner_id AS "partnerId", conversion_id AS "conversionId" FROM risk_fact
       WHERE brand_id = $1 AND (conversion_id = $2 OR customer_id = $2 OR partner_id = $2) AND partner_id IS NOT NULL AND occurred_at >= $3`,
      [brandId, subjectId, from],
    );
    return rows;
  },
  async saveAccounts(tx, events) {
    for (const { data, sequence } of events) {
      await tx.query(
        `INSERT INTO risk_account (payout_method_id, partner_id, account_hmac, status, sequence) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (payout_method_id) DO UPDATE SET account_hmac = excluded.account_hmac, status = excluded.status, sequence = excluded.sequence
         WHERE excluded.sequence > risk_account.sequence`,
        [data.payoutMethodId, data.partnerId, data.accountHmac, data.status, sequence],
      );
    }
    await forgetErased(tx, [...new Set(events.map(({ data }) => data.partnerId))]);
  },
  async forgetPartners(tx, events) {
    const partnerIds = events.map(({ data }) => data.subjectId);
    await tx.query(
      `INSERT INTO erased_partner (partner_id, erasure_id, erased_at) SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[]) ON CONFLICT DO NOTHING`,
      [partnerIds, events.map(({ data }) => data.erasureId), events.map(({ data }) => data.erasedAt)],
    );
    await forgetErased(tx, partnerIds);
  },
  async identities(tx, partnerIds) {
    const { rows } = await tx.query<{ id: string; accountHmac: string; others: Identity['sameAccount'] }>(
      `SELECT own.partner_id AS id, own.account_hmac AS "accountHmac", coalesce((
         SELECT jsonb_agg(DISTINCT jsonb_build_object('partnerId', other.partner_id, 'methodId', other.payout_method_id))
         FROM risk_account other WHERE other.account_hmac = own.account_hmac AND other.partner_id <> own.partner_id), '[]') AS others
       FROM risk_account own WHERE own.partner_id = ANY ($1) ORDER BY own.payout_method_id`,
      [partnerIds],
    );
    return new Map(
      [...grouped(rows, ({ id }) => id)].map(([id, accounts]) => [
        id,
        { accounts: accounts.map(({ accountHmac }) => accountHmac), sameAccount: accounts.flatMap(({ others }) => others) },
      ]),
    );
  },
  async conversionsOf(tx, partnerIds, from) {
    const { rows } = await tx.query<Pair & { conversionId: string }>(
      `SELECT brand_id AS "brandId", partner_id AS "partnerId", conversion_id AS "conversionId" FROM risk_fact
       WHERE partner_id = ANY ($1) AND occurred_at >= $2 AND kind NOT IN ('refund', 'chargeback')`,
      [partnerIds, from],
    );
    return rows;
  },
  async untold(tx, conversions, now) {
    const { rows } = await tx.query<{ id: string }>(
      `SELECT asked.conversion_id AS id FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (brand_id, conversion_id, partner_id)
       WHERE (EXISTS (SELECT 1 FROM risk_rule_set_activation active WHERE active.brand_id = asked.brand_id AND active.active_from <= $4)
           OR EXISTS (SELECT 1 FROM network_ban ban JOIN network_ban_decision ON ban_id = ban.id WHERE ban.partner_id = asked.partner_id))
         AND NOT EXISTS (SELECT 1 FROM risk_fact fact WHERE fact.conversion_id = asked.conversion_id) LIMIT 1`,
      [
        conversions.map(({ brandId }) => brandId),
        conversions.map(({ conversionId }) => conversionId),
        conversions.map(({ partnerId }) => partnerId),
        now,
      ],
    );
    return rows[0]?.id;
  },
});
