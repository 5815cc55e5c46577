import type { Escalated, EscalationStore } from '../escalations/escalation-store.js';

const escalate = /* sql */ `
WITH late AS (
  SELECT id FROM approval
  WHERE due_at <= $1 AND due_at IS NOT NULL AND escalated_at IS NULL AND follows_entry_id IS NULL AND status IN ('waiting', 'held')
  ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
), marked AS (
  UPDATE approval SET escalated_at = $1 FROM late WHERE approval.id = late.id RETURNING approval.*
), kept AS (
  INSERT INTO approval_escalation (approval_id, due_at, brand_id, escalated_at) SELECT id, due_at, brand_id, $1 FROM marked
)
SELECT id AS "approvalId", entry_id AS "entryId", partner_id AS "partnerId", brand_id AS "brandId", amount, currency, due_at AS "dueAt",
  CASE WHEN needs = 'finance' OR needs = 'manager-and-finance' AND EXISTS (
    SELECT FROM approval_decision WHERE approval_id = marked.id AND decision = marked.decisions AND stage = 'manager' AND status = 'approved'
  ) THEN 'finance' ELSE 'manager' END AS stage
FROM marked ORDER BY due_at, id`;

export const pgEscalationStore = (): EscalationStore => ({
  async escalate(tx, at, limit) {
    return (await tx.query<Escalated>(escalate, [at, limit])).rows;
  },
});
