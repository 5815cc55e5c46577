import { addVatRegistration, decideVatRegistration, listVatRegistrations, newId } from '@tributary/contracts';
import { command, created, decodeIdCursor, NotYetKnown, ok, page, query, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { refuseErased, refuseLockedAway } from '../shared/erased.js';
import { taxSubject } from '../shared/tax-subject.js';
import { seesTaxOf } from './access.js';
import { tinHint } from './domain/us-tin.js';
import { checkedVatNumber } from './vat-number.js';
import {
  addRegistration,
  listRegistrations,
  lockRegistration,
  type RegistrationContent,
  type RegistrationRow,
  registrationEvent,
  registrationView,
} from './vat-store.js';

/** Says a partner's VAT number and rate from a day on: a new version, which counts once another person has verified it. */
export function addVatRegistrationRoute({ outbox, vault }: Parts): Route {
  return command(addVatRegistration, async ({ params: { partnerId }, body, tx, now, context, scope }) => {
    if (!(await seesTaxOf(tx, partnerId, scope))) throw new NotYetKnown('partner', partnerId);
    await refuseErased(tx, partnerId);
    const { country, rate, validFrom, validUntil, legalName, address } = body;
    const number = body.number === null ? null : checkedVatNumber(body.number, country);
    if (number === null && body.number !== null)
      return reject('vat-number-invalid', { errors: [{ pointer: '/number', rule: 'must be a valid VAT number of the country' }] });
    if (validUntil !== null && validUntil < validFrom)
      return reject('request-invalid', { errors: [{ pointer: '/validUntil', rule: 'must not lie before validFrom' }] });
    const content: RegistrationContent = { number, legalName, address };
    const said = { id: newId('vatRegistration'), partnerId, country, numberHint: number && tinHint(number), rate, validFrom, validUntil };
    const undecided = { status: 'pending' as const, decision: null, decidedBy: null, decidedAt: null };
    const row = { ...said, ...undecided, createdBy: context.actorId, createdAt: now };
    const version = await addRegistration(tx, row, await vault.seal(tx, taxSubject(partnerId), JSON.stringify(content)));
    await outbox.append(tx, context, [registrationEvent({ ...row, version }, context, now)]);
    return created(registrationView({ ...row, version }));
  });
}

/** Another person has asked VIES or HMRC, or seen the certificate. */
export function decideVatRegistrationRoute({ outbox }: Parts): Route {
  return command(decideVatRegistration, async ({ params: { vatRegistrationId }, body, tx, now, context, scope }) => {
    const row = await lockRegistration(tx, vatRegistrationId);
    if (!row || !(await seesTaxOf(tx, row.partnerId, scope))) return reject('not-found');
    await refuseErased(tx, row.partnerId);
    if (scope.partnerId !== undefined) return reject('not-permitted', { detail: 'Only the side of the brand verifies' });
    if (row.createdBy === context.actorId) return reject('four-eyes', { detail: 'Who entered a VAT registration cannot verify it' });
    if (row.decision !== null) return reject('vat-registration-state-forbids');
    await tx.query('UPDATE vat_registration SET decision = $2, decided_by = $3, decided_at = $4 WHERE id = $1', [
      row.id,
      body.decision,
      context.actorId,
      now,
    ]);
    const status = body.decision === 'verify' ? ('verified' as const) : ('declined' as const);
    const decided: RegistrationRow = { ...row, decision: body.decision, status, decidedBy: context.actorId, decidedAt: now };
    await outbox.append(tx, context, [registrationEvent(decided, context, now)]);
    return ok(registrationView(decided));
  });
}

export const listVatRegistrationsRoute = ({ db }: Parts): Route =>
  query(listVatRegistrations, ({ params: { partnerId }, query: { cursor, limit }, scope, principal }) =>
    db.tx(scope, async (tx) => {
      if (!(await seesTaxOf(tx, partnerId, scope))) return reject('not-found');
      await refuseLockedAway(tx, principal, partnerId);
      return ok(page(await listRegistrations(tx, partnerId, decodeIdCursor(cursor), limit + 1), limit, ({ id }) => id, registrationView));
    }),
  );
