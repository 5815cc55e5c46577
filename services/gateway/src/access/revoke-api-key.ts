import { revokeApiKey } from '@tributary/contracts';
import type { Outbox } from '@tributary/messaging';
import { afterCommit, command, ok, reject } from '@tributary/service-kit';
import type { Authenticator } from '../shared/authenticator.js';
import { apiKeyChanged, apiKeyView } from './api-key.js';
import type { ApiKeyStore } from './api-key-store.js';
import { mayGrant } from './domain/grant.js';

export const revokeApiKeyRoute = (keys: ApiKeyStore, outbox: Outbox, authenticator: Authenticator) =>
  command(revokeApiKey, async ({ params, principal, tx, now, context }) => {
    const key = await keys.lock(tx, params.apiKeyId);
    // Whoever could not have made it does not see it either.
    if (!key || !mayGrant(principal, key)) return reject('not-found');
    if (key.status === 'revoked') return ok(apiKeyView(key));
    const revoked = { ...key, status: 'revoked' as const, sequence: await keys.revoke(tx, key.id) };
    await outbox.append(tx, context, [apiKeyChanged(revoked, now)]);
    afterCommit(tx, () => authenticator.forgetAll());
    return ok(apiKeyView(revoked));
  });
