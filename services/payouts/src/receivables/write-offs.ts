import { decideWriteOff, getWriteOff, listWriteOffs, newId, proposeWriteOff } from '@tributary/contracts';
import type { EventContext, Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { command, created, decodeIdCursor, NotYetKnown, ok, page, query, Rejected, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { seesPartner } from '../profiles/profile-store.js';
import { reconsider } from '../shared/reconsider.js';
import {
  findWriteOff,
  insertWriteOff,
  listWriteOffRows,
  type OwedItem,
  owedItems,
  payableNet,
  type WriteOffRow,
  writeOffView,
} from './write-off-store.js';

/** One person says what a partner shall not owe any more: whole entries that take something back, and their sum. */
export function proposeWriteOffRoute(_parts: Parts): Route {
  return command(proposeWriteOff, async ({ params: { partnerId }, body, tx, now, context, scope }) => {
    const { brandId, reason } = body;
    if (!(await seesPartner(tx, partnerId, scope))) throw new NotYetKnown('partner', partnerId);
    const entryIds = [...new Set(body.entryIds)].sort();
    const items = await owedItems(tx, brandId, partnerId, entryIds);
    const [first] = items;
    if (!first) throw notDue('none of these entries takes back anything that is not netted yet');
    const amount = sumOf(items);
    const row: WriteOffRow = {
      id: newId('writeOff'),
      brandId,
      partnerId,
      currency: first.currency,
      amount,
      itemIds: items.map(({ id }) => id),
      entryIds,
      reason,
      status: 'proposed',
      proposedBy: context.actorId,
      proposedAt: now,
      decidedBy: null,
      decidedAt: null,
    };
    if (new Set(items.map(({ entryId }) => entryId)).size !== entryIds.length || items.some(({ currency }) => currency !== row.currency))
      throw notDue('each entry must take back something that is not netted yet, all in one currency');
    if (amount !== BigInt(body.amount)) throw notDue(`these entries take back ${amount}, not ${body.amount}`);
    await requireDebt(tx, row);
    await insertWriteOff(tx, row);
    return created(writeOffView(row));
  });
}

/** Another person decides. Approved, the entries leave what is payable for good, and no later earning is netted against them. */
export function decideWriteOffRoute({ outbox }: Parts): Route {
  return command(decideWriteOff, async ({ params, body, tx, now, context }) => {
    const row = await findWriteOff(tx, params.writeOffId, true);
    if (!row) return reject('not-found');
    if (row.status !== 'proposed') throw notDue(`it was ${row.status} already`);
    // Who proposed it may take it back.
    if (body.decision === 'approve' && row.proposedBy === context.actorId)
      return reject('four-eyes', { detail: 'Who proposed a write-off cannot approve it' });
    const decided = {
      ...row,
      status: body.decision === 'approve' ? ('approved' as const) : ('declined' as const),
      decidedBy: context.actorId,
      decidedAt: now,
    };
    if (decided.status === 'approved') await requireStillOwed(tx, row);
    await tx.query('UPDATE write_off SET status = $2, decided_by = $3, decided_at = $4 WHERE id = $1', [
      row.id,
      decided.status,
      context.actorId,
      now,
    ]);
    if (decided.status === 'approved') {
      await forgive(tx, outbox, row, context, now);
      await outbox.append(tx, context, [
        {
          type: 'payouts.receivable.written-off.v1',
          subject: row.id,
          partnerId: row.partnerId,
          brandId: row.brandId,
          data: {
            writeOffId: row.id,
            partnerId: row.partnerId,
            brandId: row.brandId,
            amount: toWireAmount(row.amount),
            currency: row.currency,
            entryIds: row.entryIds,
            reason: row.reason,
            proposedBy: row.proposedBy,
            approvedBy: context.actorId,
            writtenOffAt: now.toISOString(),
          },
        },
      ]);
    }
    return ok(writeOffView(decided));
  });
}

export const getWriteOffRoute = ({ db }: Parts): Route =>
  query(getWriteOff, ({ params, scope }) =>
    db.tx(scope, async (tx) => {
      const row = await findWriteOff(tx, params.writeOffId);
      return row ? ok(writeOffView(row)) : reject('not-found');
    }),
  );

export const listWriteOffsRoute = ({ db }: Parts): Route =>
  query(listWriteOffs, ({ query: { brandId, partnerId, cursor, limit }, scope }) =>
    db.tx(scope, async (tx) => {
      const rows = await listWriteOffRows(tx, { brandId, partnerId, before: decodeIdCursor(cursor), limit: limit + 1 });
      return ok(page(rows, limit, ({ id }) => id, writeOffView));
    }),
  );

const notDue = (detail: string) => new Rejected('write-off-not-due', { detail });
const sumOf = (items: readonly OwedItem[]): bigint => -items.reduce((sum, { amount }) => sum + amount, 0n);

async function requireDebt(tx: Tx, row: WriteOffRow): Promise<void> {
  if ((await payableNet(tx, row)) >= 0n) throw notDue('the partner owes nothing on balance: it nets by itself');
}

/** What was proposed is what is owed still: nothing has been netted, written off or taken back otherwise meanwhile. */
async function requireStillOwed(tx: Tx, row: WriteOffRow): Promise<void> {
  const items = await owedItems(tx, row.brandId, row.partnerId, row.entryIds);
  if (items.map(({ id }) => id).join() !== row.itemIds.join() || sumOf(items) !== row.amount)
    throw notDue('what was proposed is not what is owed now');
  await requireDebt(tx, row);
}

async function forgive(tx: Tx, outbox: Parts['outbox'], row: WriteOffRow, context: EventContext, now: Date): Promise<void> {
  const ids = [...new Set([...row.itemIds, ...row.entryIds])];
  await tx.query('UPDATE entry SET written_off_by = $2 WHERE id = ANY ($1)', [ids, row.id]);
  await reconsider(tx, outbox, ids, { byEntry: new Map(), otherwise: context }, now);
}
