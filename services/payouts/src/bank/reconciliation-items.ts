import { getReconciliationItem, listReconciliationItems, resolveReconciliationItem } from '@tributary/contracts';
import { command, ok, page, query, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { explainDifferences, inSuspense } from '../shared/book-differences.js';
import { findItem, itemView, listItemRows, resolveItems } from './item-store.js';
import { resolvedEvent } from './upload-bank-report.js';

/** Newest first. */
export const listReconciliationItemsRoute = ({ db }: Parts): Route =>
  query(listReconciliationItems, ({ query: filter, scope }) =>
    db.tx(scope, async (tx) => ok(page(await listItemRows(tx, filter), filter.limit, ({ id }) => id, itemView))),
  );

export const getReconciliationItemRoute = ({ db }: Parts): Route =>
  query(getReconciliationItem, ({ params, scope }) =>
    db.tx(scope, async (tx) => {
      const item = await findItem(tx, params.itemId);
      return item ? ok(itemView(item)) : reject('not-found');
    }),
  );

/** A person says what a difference came of: another one than who handed in the file that showed it. */
export const resolveReconciliationItemRoute = ({ outbox }: Parts): Route =>
  command(resolveReconciliationItem, async ({ params, body, tx, now, context }) => {
    const item = await findItem(tx, params.itemId, true);
    if (!item) return reject('not-found');
    if (item.openedBy === context.actorId) return reject('four-eyes', { detail: 'Who handed in the file cannot explain its differences' });
    if (item.status !== 'open') return reject('item-resolved');
    const { resolution, bookTo = null } = body;
    const held = await inSuspense(tx, item.id);
    const flaw =
      held.length > 0 === (bookTo !== null)
        ? null
        : bookTo === null
          ? 'must say where what lies in suspense belongs'
          : 'must not stand where nothing lies in suspense';
    if (flaw !== null) return reject('request-invalid', { errors: [{ pointer: '/bookTo', rule: flaw }] });
    if (bookTo !== null) await explainDifferences(tx, outbox, item.id, held, bookTo, context, now);
    const [explained] = await resolveItems(tx, { id: item.id }, { resolution, resolvedBy: context.actorId, now, bookedTo: bookTo });
    if (!explained) return reject('item-resolved');
    await outbox.append(tx, context, [resolvedEvent(explained)]);
    return ok(itemView(explained));
  });
