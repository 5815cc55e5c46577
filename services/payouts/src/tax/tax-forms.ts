import { bucketOf } from '@tributary/calendar';
import { addTaxForm, decideTaxForm, getTaxStanding, listTaxForms, newId } from '@tributary/contracts';
import {
  type CommandRequest,
  command,
  created,
  decodeIdCursor,
  NotYetKnown,
  ok,
  page,
  query,
  type Route,
  reject,
} from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { refuseErased, refuseLockedAway } from '../shared/erased.js';
import { taxSubject } from '../shared/tax-subject.js';
import { seesTaxOf } from './access.js';
import { standingOn } from './domain/standing.js';
import { expiryOf, type HandedIn, problemsOfForm } from './domain/tax-form.js';
import { checkedTin, tinHint } from './domain/us-tin.js';
import { addForm, type FormRow, factsOf, formEvent, formsOf, formView, listForms, lockForm } from './form-store.js';

type Body = CommandRequest<typeof addTaxForm>['body'];
type Facts = Pick<
  FormRow,
  | 'kind'
  | 'refuses'
  | 'tinHint'
  | 'country'
  | 'treatyArticle'
  | 'treatyRate'
  | 'backupWithholding'
  | 'corporation'
  | 'signedOn'
  | 'expiresOn'
>;

/** So far east that it is tomorrow there already: who signs there signs today. */
const furthestZone = 'Pacific/Kiritimati';

/** Hands in a form, or that one is refused: a new version, which counts once another person has verified it. */
export function addTaxFormRoute({ outbox, vault }: Parts): Route {
  return command(addTaxForm, async ({ params: { partnerId }, body, tx, now, context, scope }) => {
    if (!(await seesTaxOf(tx, partnerId, scope))) throw new NotYetKnown('partner', partnerId);
    await refuseErased(tx, partnerId);
    const errors = problemsOfForm(body as HandedIn, bucketOf(now.toISOString(), 'day', furthestZone));
    if (errors.length > 0) return reject('tax-form-invalid', { errors });
    const form = { id: newId('taxForm'), partnerId, ...openFacts(body), createdBy: context.actorId, createdAt: now };
    const undecided = { decision: null, declinedReason: null, decidedBy: null, decidedAt: null };
    const version = await addForm(tx, { ...form, ...undecided }, await vault.seal(tx, taxSubject(partnerId), JSON.stringify(body)));
    const row: FormRow = { ...form, ...undecided, version };
    await outbox.append(tx, context, [formEvent(row, context, now)]);
    return created(formView(row));
  });
}

/** What is kept of a form in the open. */
function openFacts(body: Body): Facts {
  const none = {
    refuses: null,
    tinHint: null,
    country: null,
    treatyArticle: null,
    treatyRate: null,
    backupWithholding: false,
    corporation: false,
  };
  if (body.kind === 'refusal') return { ...none, kind: body.kind, refuses: body.refuses, signedOn: null, expiresOn: null };
  const number = body.tin ? checkedTin(body.tin) : body.kind === 'W-9' ? null : body.foreignTin;
  const signed = { kind: body.kind, signedOn: body.signedOn, expiresOn: expiryOf(body), country: body.address.country };
  const hinted = { ...none, ...signed, tinHint: number ? tinHint(number) : null };
  if (body.kind !== 'W-9') return { ...hinted, treatyArticle: body.treaty?.article ?? null, treatyRate: body.treaty?.rate ?? null };
  const corporation = /(^|-)[cs]-corporation$/.test(body.classification);
  return { ...hinted, backupWithholding: body.subjectToBackupWithholding, corporation };
}

/** Another person has held the form against what is known of the partner. */
export function decideTaxFormRoute({ outbox }: Parts): Route {
  return command(decideTaxForm, async ({ params: { taxFormId }, body, tx, now, context, scope }) => {
    const form = await lockForm(tx, taxFormId);
    if (!form || !(await seesTaxOf(tx, form.partnerId, scope))) return reject('not-found');
    await refuseErased(tx, form.partnerId);
    if (scope.partnerId !== undefined) return reject('not-permitted', { detail: 'Only the side of the brand verifies' });
    if (form.createdBy === context.actorId) return reject('four-eyes', { detail: 'Who handed in a tax form cannot verify it' });
    if (form.decision !== null) return reject('tax-form-state-forbids');
    const declinedReason = body.decision === 'decline' ? body.reason : null;
    const decided: FormRow = { ...form, decision: body.decision, declinedReason, decidedBy: context.actorId, decidedAt: now };
    await tx.query('UPDATE tax_form SET decision = $2, declined_reason = $3, decided_by = $4, decided_at = $5 WHERE id = $1', [
      form.id,
      decided.decision,
      declinedReason,
      context.actorId,
      now,
    ]);
    await outbox.append(tx, context, [formEvent(decided, context, now)]);
    return ok(formView(decided));
  });
}

export const listTaxFormsRoute = ({ db }: Parts): Route =>
  query(listTaxForms, ({ params: { partnerId }, query: { cursor, limit }, scope, principal }) =>
    db.tx(scope, async (tx) => {
      if (!(await seesTaxOf(tx, partnerId, scope))) return reject('not-found');
      await refuseLockedAway(tx, principal, partnerId);
      return ok(page(await listForms(tx, partnerId, decodeIdCursor(cursor), limit + 1), limit, ({ id }) => id, formView));
    }),
  );

/** Days are those of UTC here: a partner is not of one brand's zone. */
export const getTaxStandingRoute = ({ db }: Parts): Route =>
  query(getTaxStanding, ({ params: { partnerId }, query: { on }, scope, now, principal }) =>
    db.tx(scope, async (tx) => {
      if (!(await seesTaxOf(tx, partnerId, scope))) return reject('not-found');
      await refuseLockedAway(tx, principal, partnerId);
      const day = on ?? bucketOf(now.toISOString(), 'day', 'UTC');
      const { status, form } = standingOn(
        (await formsOf(tx, [partnerId])).map((row) => factsOf(row, 'UTC')),
        day,
      );
      return ok({ partnerId, on: day, status, form: form && formView(form.row) });
    }),
  );
