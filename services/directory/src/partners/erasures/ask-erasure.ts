import { confirmErasure, getErasure, listErasures, newId, requestErasure, withdrawErasure } from '@tributary/contracts';
import type { Outbox } from '@tributary/messaging';
import {
  type CommandRequest,
  command,
  created,
  type Database,
  decodeIdCursor,
  ok,
  page,
  query,
  Rejected,
  reject,
} from '@tributary/service-kit';
import type { PartnerStore } from '../partner-store.js';
import type { Erasure, ErasureStore } from './erasure-store.js';

export interface ErasureParts {
  erasures: ErasureStore;
  partners: PartnerStore;
  outbox: Outbox;
}

/** A partner is one identity over all brands: who sees some of them only cannot erase it. */
export const requestErasureRoute = ({ erasures, partners }: ErasureParts) =>
  command(requestErasure, async ({ params, body, tx, now, context, scope }) => {
    const partner = await partners.lock(tx, params.partnerId);
    if (!partner) return reject('not-found');
    if (scope.brandIds !== 'all') return reject('erasure-needs-every-brand');
    const erasure: Erasure = {
      id: newId('erasure'),
      partnerId: partner.id,
      status: 'requested',
      balance: body.balance,
      requestedBy: context.actorId,
      requestedAt: now,
      withdrawnBy: null,
      withdrawnAt: null,
      confirmedBy: null,
      confirmedAt: null,
      waitingFor: [],
      retained: [],
      answerSequence: 0,
      erasedAt: null,
    };
    if (!(await erasures.insert(tx, erasure))) return reject('erasure-exists');
    return created(erasureView(erasure));
  });

/** From here on it cannot be taken back: payouts are asked what is open, and answer once nothing is. */
export const confirmErasureRoute = ({ erasures, outbox }: ErasureParts) =>
  command(confirmErasure, async (request) => {
    const { tx, now, context } = request;
    const erasure = await requested(erasures, request);
    if (erasure.requestedBy === context.actorId) return reject('four-eyes', { detail: 'Who asked for an erasure cannot confirm it' });
    const confirmed: Erasure = { ...erasure, status: 'confirmed', confirmedBy: context.actorId, confirmedAt: now };
    await erasures.save(tx, confirmed);
    const { id: erasureId, partnerId, balance } = confirmed;
    const data = { erasureId, partnerId, balance, confirmedAt: now.toISOString() };
    await outbox.append(tx, context, [{ type: 'directory.erasure.confirmed.v1', subject: erasureId, partnerId, data }]);
    return ok(erasureView(confirmed));
  });

export const withdrawErasureRoute = ({ erasures }: ErasureParts) =>
  command(withdrawErasure, async (request) => {
    const { tx, now, context } = request;
    const erasure = await requested(erasures, request);
    const withdrawn: Erasure = { ...erasure, status: 'withdrawn', withdrawnBy: context.actorId, withdrawnAt: now };
    await erasures.save(tx, withdrawn);
    return ok(erasureView(withdrawn));
  });

export const getErasureRoute = (erasures: ErasureStore, db: Pick<Database, 'tx'>) =>
  query(getErasure, ({ params, scope }) =>
    db.tx(scope, async (tx) => {
      const erasure = await erasures.find(tx, params.erasureId);
      return erasure ? ok(erasureView(erasure)) : reject('not-found');
    }),
  );

export const listErasuresRoute = (erasures: ErasureStore, db: Pick<Database, 'tx'>) =>
  query(listErasures, ({ query: { limit, cursor, ...filter }, scope }) =>
    db.tx(scope, async (tx) => {
      const found = await erasures.list(tx, filter, limit + 1, decodeIdCursor(cursor));
      return ok(page(found.map(erasureView), limit, ({ id }) => id));
    }),
  );

type Asked = Pick<CommandRequest, 'tx'> & { params: { erasureId: string } };

/** @throws Rejected unless it is there and nobody has confirmed or withdrawn it. */
async function requested(erasures: ErasureStore, { tx, params }: Asked): Promise<Erasure> {
  const erasure = await erasures.lock(tx, params.erasureId);
  if (!erasure) throw new Rejected('not-found');
  if (erasure.status !== 'requested') throw new Rejected('erasure-state-forbids', { detail: `It is ${erasure.status} already` });
  return erasure;
}

function erasureView({ answerSequence: _, ...erasure }: Erasure) {
  const text = (at: Date | null) => at?.toISOString() ?? null;
  return {
    ...erasure,
    requestedAt: erasure.requestedAt.toISOString(),
    withdrawnAt: text(erasure.withdrawnAt),
    confirmedAt: text(erasure.confirmedAt),
    erasedAt: text(erasure.erasedAt),
  };
}
