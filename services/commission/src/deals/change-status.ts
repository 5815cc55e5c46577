import { acceptDealVersion, activateDealVersion, declineDealVersion, proposeDealVersion } from '@tributary/contracts';
import { command, ok, type Route, reject } from '@tributary/service-kit';
import { lockBooks } from '../profiles/brand-store.js';
import { versionsOfDeal } from './deal-store.js';
import type { StatusChange } from './domain/lifecycle.js';
import { decideChange } from './domain/lifecycle.js';
import { overlapsAnother } from './overlaps-another.js';
import { type DealParts, writeChange } from './write-version.js';

const steps = [
  [proposeDealVersion, 'proposed'],
  [acceptDealVersion, 'accepted'],
  [activateDealVersion, 'active'],
  [declineDealVersion, 'declined'],
] as const;

/** Takes a version from draft to active: proposed, accepted by somebody other than its author, put into force; or declined for good. */
export const changeStatusRoutes = (parts: DealParts): Route[] =>
  steps.map(([contract, status]) =>
    command(contract, async ({ tx, params, body, now, principal, context }) => {
      const [known] = await versionsOfDeal(tx, params.dealId);
      if (known === undefined) return reject('not-found');
      await lockBooks(tx, [known.brandId]);
      const versions = await versionsOfDeal(tx, params.dealId);
      const version = versions.find((one) => one.version === params.version);
      if (version === undefined) return reject('not-found');
      const change: StatusChange = { status, at: now.toISOString(), actorId: principal.actorId, note: body.note ?? null };
      const decision = decideChange(versions, version, change);
      if (!decision.accepted) return reject(decision.reason);
      if (status === 'active' && (await overlapsAnother(tx, versions, decision.value))) return reject('deal-overlaps');
      return ok(await writeChange(tx, parts, decision.value, change, context, now), { etag: String(versions.at(-1)?.version) });
    }),
  );
