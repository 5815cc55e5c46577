import { bucketOf } from '@tributary/calendar';
import type { taxFormKinds } from '@tributary/contracts';
import type { EventContext, NewEvent, Tx } from '@tributary/messaging';
import type { FormFacts } from './domain/standing.js';

/** A tax form without what stands in it. */
export interface FormRow {
  id: string;
  partnerId: string;
  version: number;
  kind: (typeof taxFormKinds)[number];
  refuses: 'W-9' | 'W-8' | null;
  tinHint: string | null;
  country: string | null;
  treatyArticle: string | null;
  treatyRate: string | null;
  backupWithholding: boolean;
  corporation: boolean;
  signedOn: string | null;
  expiresOn: string | null;
  createdBy: string;
  createdAt: Date;
  decision: 'verify' | 'decline' | null;
  declinedReason: string | null;
  decidedBy: string | null;
  decidedAt: Date | null;
}

const columns = /* sql */ `id, partner_id AS "partnerId", version, kind, refuses, tin_hint AS "tinHint", country, treaty_article AS "treatyArticle", treaty_rate AS "treatyRate",
  backup_withholding AS "backupWithholding", corporation, signed_on AS "signedOn", expires_on AS "expiresOn", created_by AS "createdBy", created_at AS "createdAt",
  decision, declined_reason AS "declinedReason", decided_by AS "decidedBy", decided_at AS "decidedAt"`;

/** Writes the next version; those who hand in at once wait for each other. */
export async function addForm(tx: Tx, form: Omit<FormRow, 'version'>, content: string): Promise<number> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`tax-form:${form.partnerId}`]);
  const { rows } = await tx.query<{ version: number }>(
    `INSERT INTO tax_form (id, partner_id, version, kind, refuses, content, tin_hint, country, treaty_article, treaty_rate, backup_withholding, corporation, signed_on, expires_on, created_by, created_at)
     SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 FROM tax_form WHERE partner_id = $2 RETURNING version`,
    [
      form.id,
      form.partnerId,
      form.kind,
      form.refuses,
      content,
      form.tinHint,
      form.country,
      form.treatyArticle,
      form.treatyRate,
      form.backupWithholding,
      form.corporation,
      form.signedOn,
      form.expiresOn,
      form.createdBy,
      form.createdAt,
    ],
  );
  const version = rows[0]?.version;
  if (version === undefined) throw new Error('the form was not written');
  return version;
}

export async function lockForm(tx: Tx, id: string): Promise<FormRow | undefined> {
  const { rows } = await tx.query<FormRow>(`SELECT ${columns} FROM tax_form WHERE id = $1 FOR UPDATE`, [id]);
  return rows[0];
}

/** A page, newest first. */
export async function listForms(tx: Tx, partnerId: string, before: string | undefined, limit: number): Promise<FormRow[]> {
  const { rows } = await tx.query<FormRow>(
    `SELECT ${columns} FROM tax_form WHERE partner_id = $1 AND ($2::text IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
    [partnerId, before ?? null, limit],
  );
  return rows;
}

/** Every form of these partners. */
export async function formsOf(tx: Tx, partnerIds: readonly string[]): Promise<FormRow[]> {
  const { rows } = await tx.query<FormRow>(`SELECT ${columns} FROM tax_form WHERE partner_id = ANY ($1) ORDER BY partner_id, version`, [
    partnerIds,
  ]);
  return rows;
}

/** What stands in forms, encrypted, by form. */
export async function sealedForms(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ id: string; content: string }>('SELECT id, content FROM tax_form WHERE id = ANY ($1)', [ids]);
  return new Map(rows.map(({ id, content }) => [id, content]));
}

export function statusOf({ kind, decision }: Pick<FormRow, 'kind' | 'decision'>): FormFacts['status'] {
  if (decision === null) return 'pending';
  if (decision === 'decline') return 'declined';
  return kind === 'refusal' ? 'refused' : 'verified';
}

/** A form as withholding sees it; days are those of a zone. */
export function factsOf(row: FormRow, timeZone: string): FormFacts & { row: FormRow } {
  const status = statusOf(row);
  const from = row.decision === 'verify' ? row.decidedAt : null;
  const { id, version, kind, refuses, backupWithholding, corporation, treatyRate, signedOn, expiresOn } = row;
  const countsFrom = from && bucketOf(from.toISOString(), 'day', timeZone);
  return { id, version, kind, refuses, backupWithholding, corporation, treatyRate, signedOn, expiresOn, status, countsFrom, row };
}

/** A form as the API shows it. */
export function formView(row: FormRow) {
  const { id, partnerId, version, kind, refuses, tinHint, country, signedOn, expiresOn, createdBy, decidedBy, declinedReason } = row;
  const treaty = row.treatyRate === null ? null : { article: row.treatyArticle ?? '', rate: row.treatyRate };
  return {
    id,
    partnerId,
    version,
    kind,
    refuses,
    tinHint,
    country,
    treaty,
    signedOn,
    expiresOn,
    status: statusOf(row),
    createdBy,
    createdAt: row.createdAt.toISOString(),
    decidedBy,
    decidedAt: row.decidedAt?.toISOString() ?? null,
    declinedReason,
  };
}

/** What became of a form. */
export function formEvent(row: FormRow, { actorId }: EventContext, now: Date): NewEvent<'payouts.tax-form.changed.v1'> {
  const { id: taxFormId, partnerId, version, kind, expiresOn, decision } = row;
  const changed = { changedBy: actorId, changedAt: now.toISOString() };
  return {
    type: 'payouts.tax-form.changed.v1',
    subject: taxFormId,
    partnerId,
    sequence: decision === null ? 1 : 2,
    data: { taxFormId, partnerId, version, kind, status: statusOf(row), expiresOn, ...changed },
  };
}
