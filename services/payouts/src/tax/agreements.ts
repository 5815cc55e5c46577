import { bucketOf } from '@tributary/calendar';
import { consentToSelfBilling, endSelfBilling, listSelfBillingAgreements, newId, offerSelfBilling } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { command, created, decodeIdCursor, NotYetKnown, ok, page, query, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { refuseErased } from '../shared/erased.js';
import { seesTaxOf } from './access.js';
import { type AgreementRow, agreementEvent, agreementView, insertAgreement, listAgreements, lockAgreement } from './agreement-store.js';
import { lastDayOf } from './domain/vat.js';

/** Offers a partner that the brand writes its invoices. Nothing is written before the partner has consented. */
export function offerSelfBillingRoute({ outbox }: Parts): Route {
  return command(offerSelfBilling, async ({ params: { brandId }, body, tx, now, context, scope }) => {
    const { partnerId, validFrom, validUntil, textVersion, textSha256 } = body;
    if (scope.partnerId !== undefined) return reject('not-permitted', { detail: 'The brand offers, the partner consents' });
    const enrolled = await tx.query('SELECT 1 FROM enrollment_profile WHERE brand_id = $1 AND partner_id = $2 LIMIT 1', [
      brandId,
      partnerId,
    ]);
    if (enrolled.rowCount === 0) throw new NotYetKnown('partner', partnerId);
    await refuseErased(tx, partnerId);
    if (validUntil < validFrom)
      return reject('request-invalid', { errors: [{ pointer: '/validUntil', rule: 'must not lie before validFrom' }] });
    if (validUntil > lastDayOf(validFrom))
      return reject('agreement-too-long', { errors: [{ pointer: '/validUntil', rule: `must not lie after ${lastDayOf(validFrom)}` }] });
    const said = { id: newId('selfBillingAgreement'), brandId, partnerId, validFrom, validUntil, textVersion, textSha256 };
    const notYet = { consentedBy: null, consentedAt: null, consentBy: null, evidence: null };
    const notEnded = { endedBy: null, endedAt: null, endsOn: null, endReason: null };
    const row: AgreementRow = { ...said, status: 'offered', offeredBy: context.actorId, offeredAt: now, ...notYet, ...notEnded };
    await insertAgreement(tx, row);
    await outbox.append(tx, context, [agreementEvent(row, context, now)]);
    return created(agreementView(row));
  });
}

/** The partner's consent to exactly the text that was offered: by its own account, or as a document that it has signed. */
export function consentToSelfBillingRoute({ outbox }: Parts): Route {
  return command(consentToSelfBilling, async ({ params, body, tx, now, context, scope }) => {
    const row = await lockAgreement(tx, params.agreementId);
    if (!row || !(await seesTaxOf(tx, row.partnerId, scope))) return reject('not-found');
    await refuseErased(tx, row.partnerId);
    if (row.status !== 'offered') return reject('agreement-state-forbids');
    if (row.offeredBy === context.actorId) return reject('four-eyes', { detail: 'Who offered an agreement cannot consent to it' });
    if (row.textSha256 !== body.textSha256)
      return reject('request-invalid', { errors: [{ pointer: '/textSha256', rule: 'is not the text that was offered' }] });
    const byPartner = scope.partnerId === row.partnerId;
    if (!byPartner && body.signedDocument === undefined) return reject('consent-not-of-partner');
    const consentBy = byPartner ? ('own-account' as const) : ('signed-document' as const);
    const evidence = byPartner ? null : (body.signedDocument ?? null);
    await tx.query('UPDATE self_billing_agreement SET consented_by = $2, consented_at = $3, consent_by = $4, evidence = $5 WHERE id = $1', [
      row.id,
      context.actorId,
      now,
      consentBy,
      evidence,
    ]);
    const agreed: AgreementRow = { ...row, status: 'agreed', consentedBy: context.actorId, consentedAt: now, consentBy, evidence };
    await outbox.append(tx, context, [agreementEvent(agreed, context, now)]);
    return ok(agreementView(agreed));
  });
}

/** Ends it today, on the clocks of the brand's zone. What was paid until then keeps its invoices. */
export function endSelfBillingRoute({ outbox }: Parts): Route {
  return command(endSelfBilling, async ({ params, body, tx, now, context, scope }) => {
    const row = await lockAgreement(tx, params.agreementId);
    if (!row || !(await seesTaxOf(tx, row.partnerId, scope))) return reject('not-found');
    if (row.status === 'ended') return reject('agreement-state-forbids');
    const endsOn = bucketOf(now.toISOString(), 'day', await zoneOf(tx, row.brandId));
    await tx.query('UPDATE self_billing_agreement SET ended_by = $2, ended_at = $3, ends_on = $4, end_reason = $5 WHERE id = $1', [
      row.id,
      context.actorId,
      now,
      endsOn,
      body.reason,
    ]);
    const ended: AgreementRow = { ...row, status: 'ended', endedBy: context.actorId, endedAt: now, endsOn, endReason: body.reason };
    await outbox.append(tx, context, [agreementEvent(ended, context, now)]);
    return ok(agreementView(ended));
  });
}

async function zoneOf(tx: Tx, brandId: string): Promise<string> {
  const { rows } = await tx.query<{ timeZone: string }>('SELECT time_zone AS "timeZone" FROM brand_profile WHERE brand_id = $1', [brandId]);
  return rows[0]?.timeZone ?? 'UTC';
}

export const listSelfBillingAgreementsRoute = ({ db }: Parts): Route =>
  query(listSelfBillingAgreements, ({ query: { brandId, partnerId, cursor, limit }, scope }) =>
    db.tx(scope, async (tx) => {
      const rows = await listAgreements(tx, { brandId, partnerId, before: decodeIdCursor(cursor), limit: limit + 1 });
      return ok(page(rows, limit, ({ id }) => id, agreementView));
    }),
  );
