import { createPayoutMethod, newId } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { isCurrency } from '@tributary/money';
import { command, created, NotYetKnown, type Route, reject, type Scope } from '@tributary/service-kit';
import { contactDays, type Parts } from '../parts.js';
import { seesPartner } from '../profiles/profile-store.js';
import { isBehaviour } from '../rails/domain/behaviour.js';
import { refuseErased } from '../shared/erased.js';
import { methodAccount } from './account-of.js';
import { type MethodRow, methodEvent, methodView } from './method-store.js';

const dayMs = 86_400_000;

/** Says how a partner is paid. The first method can be used as soon as it is verified, a change only after the cooling period besides. */
export function createPayoutMethodRoute({ outbox, vault, keys, settings }: Parts): Route {
  return command(createPayoutMethod, async (request) => {
    const {
      params: { partnerId },
      body,
      tx,
      now,
      context,
      scope,
    } = request;
    await requirePartner(tx, partnerId, scope);
    await refuseErased(tx, partnerId);
    const account = methodAccount(body);
    if ('errors' in account) return reject(account.code, { errors: account.errors });
    if (account.behaviour !== null && !isBehaviour(account.behaviour))
      return reject('request-invalid', { errors: [{ pointer: '/account/behaviour', rule: 'must be a behaviour of the simulated rail' }] });
    const { payoutCurrency = null } = body;
    if (payoutCurrency !== null && !isCurrency(payoutCurrency))
      return reject('currency-unknown', { errors: [{ pointer: '/payoutCurrency', rule: 'currency-unknown' }] });
    // Two that come at once are not both the first.
    await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`payout-method:${partnerId}`]);
    const { rows: earlier } = await tx.query(`SELECT 1 FROM payout_method WHERE partner_id = $1 AND kind = $2 LIMIT 1`, [
      partnerId,
      body.kind,
    ]);
    // The simulated rail has nothing to protect.
    const coolingDays = earlier.length === 0 || body.kind === 'simulated' ? 0 : settings.coolingDays;
    const contactChangedAt = body.kind === 'simulated' ? null : await contactChangedAtOf(tx, partnerId);
    const usableFrom = new Date(
      Math.max(now.getTime() + coolingDays * dayMs, contactChangedAt === null ? 0 : contactChangedAt.getTime() + contactDays * dayMs),
    );
    // A method over all brands is for callers of all brands: nobody else turns the money of brands that he does not see.
    const seen = scope.brandIds === 'all' ? [] : [...scope.brandIds];
    const brandIds = body.brandIds?.length ? body.brandIds : seen;
    const method: MethodRow = {
      id: newId('payoutMethod'),
      partnerId,
      kind: body.kind,
      accountHmac: keys.hmac('payout-account', account.identity),
      accountHint: account.hint,
      brandIds,
      usableFrom,
      status: 'active',
      createdBy: context.actorId,
      createdAt: now,
      verifiedBy: null,
      verifiedAt: null,
      disabledReason: null,
      returnedAt: null,
      returns: 0,
      payoutCurrency,
    };
    await tx.query(
      `INSERT INTO payout_method (id, partner_id, kind, account, account_hmac, account_hint, behaviour, brand_ids, usable_from, status, created_by, created_at, payout_currency)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'active', $10, $11, $12)`,
      [
        method.id,
        partnerId,
        body.kind,
        await vault.seal(tx, partnerId, account.content),
        method.accountHmac,
        account.hint,
        account.behaviour,
        brandIds,
        usableFrom,
        context.actorId,
        now,
        payoutCurrency,
      ],
    );
    await outbox.append(tx, context, [methodEvent(method, 'entered', context, now)]);
    return created(methodView(method));
  });
}

/** Who took over a partner's address enters his own account next. */
async function contactChangedAtOf(tx: Tx, partnerId: string): Promise<Date | null> {
  const { rows } = await tx.query<{ changedAt: Date | null }>(
    'SELECT contact_changed_at AS "changedAt" FROM partner_profile WHERE partner_id = $1',
    [partnerId],
  );
  return rows[0]?.changedAt ?? null;
}

/** Waits for a partner not heard of yet. */
async function requirePartner(tx: Tx, partnerId: string, scope: Scope): Promise<void> {
  if (!(await seesPartner(tx, partnerId, scope))) throw new NotYetKnown('partner', partnerId);
}
