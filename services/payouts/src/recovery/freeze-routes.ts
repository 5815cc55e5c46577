import { confirmRelease, freezePayouts, listPayoutFreezes, newId, proposeRelease } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { command, created, decodeIdCursor, ok, page, query, Rejected, type Route, reject, type Scope } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { startWhenCleared } from '../shared/start-when-cleared.js';
import { type FreezeRow, freezeChanged, freezeView, isOpen, listFreezeRows, lockFreeze, openFreeze, storeFreeze } from './freeze-store.js';

/** A freeze is of all brands: who sees some of them only sees none of it. */
const seesAll = ({ brandIds, partnerId }: Scope): boolean => brandIds === 'all' && partnerId === undefined;

export const listPayoutFreezesRoute = ({ db }: Parts): Route =>
  query(listPayoutFreezes, ({ query: { cursor, limit }, scope }) =>
    db.tx(scope, async (tx) => {
      const rows = seesAll(scope) ? await listFreezeRows(tx, decodeIdCursor(cursor), limit + 1) : [];
      return ok(page(rows, limit, ({ id }) => id, freezeView));
    }),
  );

export const freezePayoutsRoute = ({ outbox }: Parts): Route =>
  command(freezePayouts, async ({ body, tx, now, context, scope }) => {
    if (!seesAll(scope)) return reject('not-found');
    const frozen = await openFreeze(tx, { id: newId('payoutFreeze'), reason: body.reason, frozenBy: context.actorId, now });
    if (!frozen) return reject('freeze-state-forbids', { detail: 'Payouts are frozen already' });
    await outbox.append(tx, context, [freezeChanged(frozen, now)]);
    return created(freezeView(frozen));
  });

/** One person has looked at what was found, and says why payouts may go on. */
export const proposeReleaseRoute = ({ outbox }: Parts): Route =>
  command(proposeRelease, async ({ params, body, tx, now, context, scope }) => {
    const freeze = await releasable(tx, scope, params.freezeId, body.findingsHash);
    const proposed = await storeFreeze(tx, freeze, { releaseReason: body.reason, proposedBy: context.actorId, proposedAt: now });
    await outbox.append(tx, context, [freezeChanged(proposed, now)]);
    return ok(freezeView(proposed));
  });

/** Another person says so too, of the same findings: what waited for it goes on. */
export const confirmReleaseRoute = (parts: Parts): Route =>
  command(confirmRelease, async ({ params, body, tx, now, context, scope }) => {
    const freeze = await releasable(tx, scope, params.freezeId, body.findingsHash);
    if (freeze.proposedBy === null) return reject('freeze-state-forbids', { detail: 'Nobody has proposed to release it' });
    if (freeze.proposedBy === context.actorId) return reject('four-eyes', { detail: 'Who proposed the release cannot confirm it' });
    if (freeze.proposedBy !== body.proposedBy) return reject('freeze-state-forbids', { detail: 'Somebody else has proposed it meanwhile' });
    const released = await storeFreeze(tx, freeze, { releasedBy: context.actorId, releasedAt: now });
    await parts.outbox.append(tx, context, [freezeChanged(released, now)]);
    const { rows } = await tx.query<{ id: string }>(
      `SELECT id FROM payout_run WHERE status = 'cleared' AND submit_requested_at IS NOT NULL ORDER BY id FOR UPDATE`,
    );
    for (const { id } of rows) await startWhenCleared(tx, parts, id);
    return ok(freezeView(released));
  });

/** @throws Rejected unless everything that was found is in the books, and is what the caller has seen. */
async function releasable(tx: Tx, scope: Scope, freezeId: string, seen: string): Promise<FreezeRow> {
  const freeze = seesAll(scope) ? await lockFreeze(tx, freezeId) : undefined;
  if (!freeze) throw new Rejected('not-found');
  const forbids = (detail: string) => new Rejected('freeze-state-forbids', { detail });
  if (freeze.releasedAt !== null) throw forbids('It has been released');
  if (freeze.findingsHash === null) throw forbids('Rails and books have not been compared yet');
  const open = freeze.findings.filter(isOpen);
  if (open.length > 0) throw forbids(`${open.length} payouts are not clear yet, the first is ${open[0]?.payoutId}: ${open[0]?.detail}`);
  if (freeze.findingsHash !== seen) throw forbids('Something else has been found meanwhile: look at it first');
  return freeze;
}
