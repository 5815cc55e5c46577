import { createPayoutExchangePolicy, listPayoutExchangePolicies } from '@tributary/contracts';
import { isCurrency } from '@tributary/money';
import { command, created, decodeCursor, NotYetKnown, ok, page, query, type Route, reject } from '@tributary/service-kit';
import { z } from 'zod';
import type { Parts } from '../parts.js';
import { requireBrandSide } from '../shared/brand-side.js';
import type { ExchangePair } from './domain/exchange-terms.js';
import { addPolicy, listPolicyRows, type PolicyRow } from './exchange-store.js';

const view = ({ createdAt, ...policy }: PolicyRow) => ({ ...policy, createdAt: createdAt.toISOString() });

/** Says in which other currencies a brand pays: a new version, by which runs are built from now on. */
export function createExchangePolicyRoute({ outbox }: Parts): Route {
  return command(createPayoutExchangePolicy, async ({ params: { brandId }, body: { source, pairs }, tx, now, context, scope }) => {
    requireBrandSide(scope);
    const { rowCount } = await tx.query('SELECT 1 FROM brand_profile WHERE brand_id = $1', [brandId]);
    if (rowCount === 0) throw new NotYetKnown('brand', brandId);
    const unknown = pairs.flatMap(({ from, to }, index) => (isCurrency(from) && isCurrency(to) ? [] : [wrong(index, 'currency-unknown')]));
    if (unknown.length > 0) return reject('currency-unknown', { errors: unknown });
    const flawed = pairs.flatMap((pair, index) => flawsOf(pair, pairs.slice(0, index)).map((rule) => wrong(index, rule)));
    if (flawed.length > 0) return reject('request-invalid', { errors: flawed });
    const policy = { brandId, source, pairs, createdBy: context.actorId, createdAt: now };
    const version = await addPolicy(tx, policy);
    const told = { brandId, version, source, pairs, changedBy: context.actorId, changedAt: now.toISOString() };
    await outbox.append(tx, context, [{ type: 'payouts.exchange-policy.changed.v1', subject: brandId, brandId, data: told }]);
    return created(view({ ...policy, version }));
  });
}

const wrong = (index: number, rule: string) => ({ pointer: `/pairs/${index}`, rule });

function flawsOf({ from, to }: ExchangePair, before: readonly ExchangePair[]): string[] {
  if (from === to) return ['must be two currencies'];
  return before.some((other) => other.from === from && other.to === to) ? ['must not name a pair twice'] : [];
}

const cursorKey = z.strictObject({ brandId: z.string(), version: z.int() });

export const listExchangePoliciesRoute = ({ db }: Parts): Route =>
  query(listPayoutExchangePolicies, ({ query: { brandId, cursor, limit }, scope }) =>
    db.tx(scope, async (tx) => {
      const rows = await listPolicyRows(tx, { brandId, after: decodeCursor(cursor, cursorKey), limit: limit + 1 });
      return ok(page(rows, limit, ({ brandId: of, version }) => ({ brandId: of, version }), view));
    }),
  );
