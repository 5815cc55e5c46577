import { createApiKey, newId } from '@tributary/contracts';
import type { Outbox } from '@tributary/messaging';
import { command, created, NotYetKnown, reject } from '@tributary/service-kit';
import { type ApiKey, apiKeyChanged, apiKeyView, hashOf, newSecret } from './api-key.js';
import type { ApiKeyStore } from './api-key-store.js';
import { mayGrant } from './domain/grant.js';

export const createApiKeyRoute = (keys: ApiKeyStore, outbox: Outbox) =>
  command(createApiKey, async ({ body, principal, tx, now, context }) => {
    const brandIds = body.brandIds ?? [...principal.brandIds];
    if (!mayGrant(principal, { roles: body.roles, brandIds })) return reject('cannot-grant-more-than-own');
    const unknown = await keys.unknownBrand(tx, brandIds);
    if (unknown) throw new NotYetKnown('brand', unknown);
    const secret = newSecret();
    const key: ApiKey = {
      id: newId('apiKey'),
      name: body.name,
      roles: body.roles,
      brandIds,
      partnerId: null,
      status: 'active',
      createdBy: principal.actorId,
      sequence: 1,
      createdAt: now,
    };
    await keys.insert(tx, key, hashOf(secret));
    await outbox.append(tx, context, [apiKeyChanged(key, now)]);
    return created({ ...apiKeyView(key), key: secret });
  });
