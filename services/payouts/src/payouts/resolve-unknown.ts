import { confirmResolution, getResolution, proposeResolution } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { command, ok, query, Rejected, type Route, reject, seeingEverything } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { type PayoutRow, payoutColumns } from '../runs/run-store.js';
import { recordReports } from '../shared/record-reports.js';

interface Resolution {
  payoutId: string;
  outcome: 'settled' | 'failed';
  reason: string;
  reference: string | null;
  proposedBy: string;
  proposedAt: Date;
  confirmedBy: string | null;
  confirmedAt: Date | null;
}
const columns = /* sql */ `payout_id AS "payoutId", outcome, reason, reference, proposed_by AS "proposedBy", proposed_at AS "proposedAt", confirmed_by AS "confirmedBy", confirmed_at AS "confirmedAt"`;

const view = ({ proposedAt, confirmedAt, ...resolution }: Resolution) => ({
  ...resolution,
  proposedAt: proposedAt.toISOString(),
  confirmedAt: confirmedAt?.toISOString() ?? null,
});

/** One person says what became of a payout, having asked the provider by other ways. Said again before it is confirmed, the last word counts. */
export function proposeResolutionRoute(parts: Parts): Route {
  return command(proposeResolution, async ({ params, body, tx, now, context }) => {
    const payout = await unresolvable(tx, parts, params.payoutId, now);
    const { rows } = await tx.query<Resolution>(
      `INSERT INTO payout_resolution (payout_id, brand_id, outcome, reason, reference, proposed_by, proposed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (payout_id) DO UPDATE SET outcome = EXCLUDED.outcome, reason = EXCLUDED.reason, reference = EXCLUDED.reference, proposed_by = EXCLUDED.proposed_by, proposed_at = EXCLUDED.proposed_at
       WHERE payout_resolution.confirmed_by IS NULL
       RETURNING ${columns}`,
      [payout.id, payout.brandId, body.outcome, body.reason, body.reference ?? null, context.actorId, now],
    );
    const [proposed] = rows;
    return proposed ? ok(view(proposed)) : reject('resolution-not-due', { detail: 'It has been confirmed meanwhile' });
  });
}

/** Another person confirms it: then it counts, like a word of the rail itself. */
export function confirmResolutionRoute(parts: Parts): Route {
  return command(confirmResolution, async ({ params, body, tx, now, context }) => {
    const payout = await unresolvable(tx, parts, params.payoutId, now);
    const proposed = await find(tx, payout.id, true);
    if (!proposed) return reject('resolution-differs', { detail: 'Nobody has proposed anything' });
    if (proposed.confirmedBy !== null) return reject('resolution-not-due', { detail: 'It has been confirmed meanwhile' });
    if (proposed.proposedBy === context.actorId) return reject('four-eyes', { detail: 'Who proposed it cannot confirm it' });
    if (proposed.outcome !== body.outcome || proposed.proposedBy !== body.proposedBy) return reject('resolution-differs');
    const { rows } = await tx.query<Resolution>(
      `UPDATE payout_resolution SET confirmed_by = $2, confirmed_at = $3 WHERE payout_id = $1 RETURNING ${columns}`,
      [payout.id, context.actorId, now],
    );
    const [confirmed] = rows;
    if (!confirmed) return reject('not-found');
    const { outcome, reference, reason } = confirmed;
    const report = { payoutId: payout.id, outcome, reference, reason: outcome === 'failed' ? reason : null };
    const { conflicts } = await seeingEverything(tx, () => recordReports(tx, parts, [report], context, now));
    const [conflict] = conflicts;
    if (conflict) return reject('resolution-not-due', { detail: conflict.conflict });
    await parts.outbox.append(tx, context, [
      {
        type: 'payouts.payout.resolved-by-hand.v1',
        subject: payout.id,
        partnerId: payout.partnerId,
        brandId: payout.brandId,
        data: {
          ...view(confirmed),
          partnerId: payout.partnerId,
          brandId: payout.brandId,
          confirmedBy: context.actorId,
          confirmedAt: now.toISOString(),
        },
      },
    ]);
    return ok(view(confirmed));
  });
}

export const getResolutionRoute = ({ db }: Parts): Route =>
  query(getResolution, ({ params, scope }) =>
    db.tx(scope, async (tx) => {
      const resolution = await find(tx, params.payoutId);
      return resolution ? ok(view(resolution)) : reject('not-found');
    }),
  );

async function find(tx: Tx, payoutId: string, lock = false): Promise<Resolution | undefined> {
  const { rows } = await tx.query<Resolution>(`SELECT ${columns} FROM payout_resolution WHERE payout_id = $1 ${lock ? 'FOR UPDATE' : ''}`, [
    payoutId,
  ]);
  return rows[0];
}

/** A payout that nobody knows of, and whose key protects it no longer: before that it is looked up, and sent again, by itself. */
async function unresolvable(tx: Tx, { rails }: Parts, payoutId: string, now: Date): Promise<PayoutRow> {
  const { rows } = await tx.query<PayoutRow>(`SELECT ${payoutColumns} FROM payout WHERE id = $1`, [payoutId]);
  const [payout] = rows;
  if (!payout) throw new Rejected('not-found');
  const until = await rails.get(payout.rail)?.resendUntil?.(payout.railKey);
  if (payout.status !== 'unknown') throw new Rejected('resolution-not-due', { detail: `The payout is ${payout.status}` });
  if (!until || until > now)
    throw new Rejected('resolution-not-due', { detail: `It is looked up by itself${until ? ` until ${until.toISOString()}` : ''}` });
  return payout;
}
