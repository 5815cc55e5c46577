import { getMe, listApiKeys, mayDo, permissions } from '@tributary/contracts';
import { decodeIdCursor, ok, page, query } from '@tributary/service-kit';
import { apiKeyView } from './api-key.js';
import type { ApiKeyStore } from './api-key-store.js';
import { mayGrant } from './domain/grant.js';

export const listApiKeysRoute = (keys: ApiKeyStore) =>
  query(listApiKeys, async ({ query: { limit, cursor }, principal }) => {
    const rows = await keys.list(limit + 1, decodeIdCursor(cursor));
    const { data, nextCursor } = page(rows, limit, (key) => key.id);
    return ok({ data: data.filter((key) => mayGrant(principal, key)).map(apiKeyView), nextCursor });
  });

export const getMeRoute = () =>
  query(getMe, async ({ principal: { actorId, actorKind, roles, brandIds } }) =>
    ok({
      actorId,
      actorKind,
      roles,
      brandIds,
      permissions: permissions.filter((permission) => permission !== 'public' && mayDo(roles, permission)),
    }),
  );
