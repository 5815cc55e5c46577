import { newId } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { Database } from '@tributary/service-kit';
import type { RiskHit } from '../../review/domain/approval.js';
import type { StoredHit } from '../../shared/hit-store.js';
import type { CaseInFull, CaseStore, CaseWithCount, Step } from '../case-store.js';
import { dueAfter, groupKeyOf, ruleOf } from '../domain/risk-case.js';

const selected = `SELECT c.id, c.brand_id AS "brandId", c.partner_id AS "partnerId", c.rule, c.status, c.assigned_to AS "assignedTo", c.opened_at AS "openedAt",
  c.due_at AS "dueAt", c.escalated_at AS "escalatedAt", c.resolution, c.resolved_by AS "resolvedBy", c.resolved_at AS "resolvedAt",
  (SELECT count(*)::int FROM risk_case_hit link WHERE link.case_id = c.id) AS hits FROM risk_case c`;

export const pgCaseStore = (db: Database): CaseStore => ({
  attach,
  async brandOf(tx, caseId) {
    return (await tx.query<{ brandId: string }>('SELECT brand_id AS "brandId" FROM risk_case WHERE id = $1', [caseId])).rows[0]?.brandId;
  },
  async lock(tx, caseId) {
    return (await tx.query<CaseWithCount>(`${selected} WHERE c.id = $1 FOR UPDATE OF c`, [caseId])).rows[0];
  },
  async save(tx, changed, step) {
    await tx.query(
      'UPDATE risk_case SET status = $2, assigned_to = $3, escalated_at = $4, resolution = $5, resolved_by = $6, resolved_at = $7 WHERE id = $1',
      [changed.id, changed.status, changed.assignedTo, changed.escalatedAt, changed.resolution, changed.resolvedBy, changed.resolvedAt],
    );
    await addSteps(tx, [{ caseId: changed.id, brandId: changed.brandId, ...step }]);
  },
  async hitsOf(tx, caseId) {
    const { rows } = await tx.query<RiskHit>(
      `SELECT hit.id, hit.rule, hit.reported_by AS "reportedBy" FROM risk_case_hit link JOIN risk_hit hit ON hit.id = link.hit_id
       WHERE link.case_id = $1 ORDER BY hit.id`,
      [caseId],
    );
    return rows;
  },
  async heldBy(tx, caseId) {
    const { rows } = await tx.query<{ id: string; heldOtherwise: boolean }>(
      `SELECT own.approval_id AS id, EXISTS (
         SELECT 1 FROM risk_hit_effect other LEFT JOIN risk_case_hit link USING (hit_id) LEFT JOIN risk_case c ON c.id = link.case_id
         WHERE other.approval_id = own.approval_id AND other.effect = 'held' AND link.case_id IS DISTINCT FROM $1
           AND c.resolution IS DISTINCT FROM 'clear'
       ) AS "heldOtherwise"
       FROM (SELECT DISTINCT effect.approval_id FROM risk_case_hit link JOIN risk_hit_effect effect USING (hit_id)
         WHERE link.case_id = $1 AND effect.effect = 'held') own`,
      [caseId],
    );
    return new Map(rows.map(({ id, heldOtherwise }) => [id, { heldOtherwise }]));
  },
  async lockOverdue(tx, now, limit) {
    const sql = `${selected} WHERE c.status <> 'resolved' AND c.escalated_at IS NULL AND c.due_at <= $1 ORDER BY c.due_at, c.id LIMIT $2 FOR UPDATE OF c SKIP LOCKED`;
    return (await tx.query<CaseWithCount>(sql, [now, limit])).rows;
  },
  async find(scope, caseId) {
    return db.tx(scope, async (tx) => {
      const found = (await tx.query<CaseWithCount>(`${selected} WHERE c.id = $1`, [caseId])).rows[0];
      return found && { ...found, ...(await detailsOf(tx, caseId)) };
    });
  },
  async list(scope, { brandId, partnerId, status }, limit, before) {
    const sql = `${selected} WHERE ($1::text IS NULL OR c.brand_id = $1) AND ($2::text IS NULL OR c.partner_id = $2) AND ($3::text IS NULL OR c.status = $3)
      AND ($4::text IS NULL OR c.id < $4) ORDER BY c.id DESC LIMIT $5`;
    const values = [brandId ?? null, partnerId ?? null, status ?? null, before ?? null, limit];
    return (await db.tx(scope, (tx) => tx.query<CaseWithCount>(sql, values))).rows;
  },
});

async function detailsOf(tx: Tx, caseId: string): Promise<Pick<CaseInFull, 'hitIds' | 'approvalIds' | 'history'>> {
  const { rows } = await tx.query<Pick<CaseInFull, 'hitIds' | 'approvalIds'>>(
    `SELECT ARRAY(SELECT hit_id FROM risk_case_hit WHERE case_id = $1 ORDER BY hit_id) AS "hitIds",
       ARRAY(SELECT DISTINCT effect.approval_id FROM risk_case_hit JOIN risk_hit_effect effect USING (hit_id)
         WHERE case_id = $1 AND effect.effect = 'held' ORDER BY 1) AS "approvalIds"`,
    [caseId],
  );
  const history = await tx.query<Step>(
    'SELECT number, action, actor_id AS "actorId", note, evidence, at FROM risk_case_step WHERE case_id = $1 ORDER BY number',
    [caseId],
  );
  return { hitIds: rows[0]?.hitIds ?? [], approvalIds: rows[0]?.approvalIds ?? [], history: history.rows };
}

async function attach(tx: Tx, hits: readonly StoredHit[], partners: ReadonlyMap<string, string>): Promise<void> {
  if (hits.length === 0) return;
  const told = await tx.query<{ id: string; partnerId: string }>(
    'SELECT conversion_id AS id, partner_id AS "partnerId" FROM risk_fact WHERE conversion_id = ANY ($1) AND partner_id IS NOT NULL',
    [hits.map(({ conversionId }) => conversionId)],
  );
  const known = new Map([...partners, ...told.rows.map(({ id, partnerId }) => [id, partnerId] as const)]);
  const keyed = hits.map((hit) => {
    const partnerId = known.get(hit.conversionId) ?? null;
    return { hit, partnerId, key: groupKeyOf(hit, partnerId) };
  });
  const cases = await openCases(tx, keyed);
  const caseOf = ({ hit, key }: (typeof keyed)[number]): string => cases.get(`${hit.brandId} ${key}`) ?? '';
  await tx.query('INSERT INTO risk_case_hit (hit_id, case_id, brand_id) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])', [
    keyed.map(({ hit }) => hit.id),
    keyed.map(caseOf),
    keyed.map(({ hit }) => hit.brandId),
  ]);
  await addSteps(
    tx,
    keyed.map((one) => {
      const { hit } = one;
      const { brandId, createdAt: at, reportedBy: actorId } = hit;
      return { caseId: caseOf(one), brandId, action: 'hit', actorId, note: hit.detail, evidence: [hit.id, ...hit.evidence], at };
    }),
  );
}

/** The open cases of these groups, by brand and key, made where there is none. */
async function openCases(
  tx: Tx,
  keyed: readonly { hit: StoredHit; partnerId: string | null; key: string }[],
): Promise<Map<string, string>> {
  const groups = [...new Map(keyed.map((one) => [`${one.hit.brandId} ${one.key}`, one])).values()];
  await tx.query(
    `INSERT INTO risk_case (id, brand_id, partner_id, rule, group_key, status, opened_at, due_at)
     SELECT id, brand_id, partner_id, rule, group_key, 'open', opened_at, due_at
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
       AS new (id, brand_id, partner_id, rule, group_key, opened_at, due_at)
     ON CONFLICT (brand_id, group_key) WHERE status <> 'resolved' DO NOTHING`,
    [
      groups.map(() => newId('case')),
      groups.map(({ hit }) => hit.brandId),
      groups.map(({ partnerId }) => partnerId),
      groups.map(({ hit }) => ruleOf(hit.rule)),
      groups.map(({ key }) => key),
      groups.map(({ hit }) => hit.createdAt),
      groups.map(({ hit }) => dueAfter(hit.createdAt)),
    ],
  );
  const { rows } = await tx.query<{ id: string; brandId: string; key: string }>(
    `SELECT id, brand_id AS "brandId", group_key AS key FROM risk_case WHERE status <> 'resolved' AND (brand_id, group_key) IN (
       SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY id FOR UPDATE`,
    [groups.map(({ hit }) => hit.brandId), groups.map(({ key }) => key)],
  );
  return new Map(rows.map(({ id, brandId, key }) => [`${brandId} ${key}`, id]));
}

/** Adds to histories, whose cases the caller has locked. */
async function addSteps(tx: Tx, steps: readonly (Omit<Step, 'number'> & { caseId: string; brandId: string })[]): Promise<void> {
  await tx.query(
    `INSERT INTO risk_case_step (case_id, number, brand_id, action, actor_id, note, evidence, at)
     SELECT case_id, (SELECT coalesce(max(number), 0) FROM risk_case_step step WHERE step.case_id = new.case_id)
         + row_number() OVER (PARTITION BY case_id ORDER BY ordinal),
       brand_id, action, actor_id, note, ARRAY(SELECT jsonb_array_elements_text(evidence::jsonb)), at
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
       WITH ORDINALITY AS new (case_id, brand_id, action, actor_id, note, evidence, at, ordinal)`,
    [
      steps.map(({ caseId }) => caseId),
      steps.map(({ brandId }) => brandId),
      steps.map(({ action }) => action),
      steps.map(({ actorId }) => actorId),
      steps.map(({ note }) => note),
      steps.map(({ evidence }) => JSON.stringify(evidence)),
      steps.map(({ at }) => at),
    ],
  );
}
