import { createFundingAccount, newId } from '@tributary/contracts';
import { command, created, NotYetKnown, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { requireBrandSide } from '../shared/brand-side.js';
import { fundingAccountOf } from './account-of.js';

/** Says what a brand pays from. With it the brand leaves the sandbox. */
export function createFundingAccountRoute({ outbox, vault }: Parts): Route {
  return command(createFundingAccount, async ({ params: { brandId }, body, tx, now, context, scope }) => {
    requireBrandSide(scope);
    const { rows } = await tx.query('SELECT 1 FROM brand_profile WHERE brand_id = $1', [brandId]);
    if (rows.length === 0) throw new NotYetKnown('brand', brandId);
    const account = fundingAccountOf(body);
    if ('errors' in account) return reject(account.code, { errors: account.errors });
    const shown = {
      id: newId('fundingAccount'),
      brandId,
      rail: body.rail,
      accountHint: account.hint,
      status: 'active',
      createdAt: now.toISOString(),
    } as const;
    const { rowCount } = await tx.query(
      `INSERT INTO funding_account (id, brand_id, rail, account, account_hint, status, created_by, created_at) VALUES ($1, $2, $3, $4, $5, 'active', $6, $7) ON CONFLICT DO NOTHING`,
      [shown.id, brandId, body.rail, await vault.seal(tx, brandId, account.content), shown.accountHint, context.actorId, now],
    );
    if (rowCount === 0) return reject('funding-account-exists');
    await outbox.append(tx, context, [
      {
        type: 'payouts.funding-account.changed.v1',
        subject: shown.id,
        brandId,
        sequence: 1,
        data: { fundingAccountId: shown.id, brandId, rail: body.rail, status: 'active', changedAt: shown.createdAt },
      },
    ]);
    return created(shown);
  });
}
