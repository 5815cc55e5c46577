import type { Principal } from '@tributary/service-kit';
import { LRUCache } from 'lru-cache';
import type { Authenticator, Signed } from '../shared/authenticator.js';
import { hashOf } from './api-key.js';
import type { ApiKeyStore } from './api-key-store.js';

/** How long a looked-up key is believed: a revocation on another instance is seen within it. */
const believedMs = 5_000;

/** Bearer keys to principals, and principals to signed tokens. */
export function createAuthenticator(keys: ApiKeyStore, sign: (principal: Principal) => Promise<string>): Authenticator {
  const seen = new LRUCache<string, Signed>({ max: 10_000, ttl: believedMs });
  const lookUp = async (secret: string): Promise<Signed | undefined> => {
    const key = await keys.findActive(hashOf(secret));
    if (!key) return undefined;
    const principal: Principal = {
      actorId: key.id,
      actorKind: 'key',
      roles: key.roles,
      brandIds: key.brandIds,
      ...(key.partnerId === null ? {} : { partnerId: key.partnerId }),
    };
    const signed = { principal, token: await sign(principal) };
    seen.set(secret, signed);
    return signed;
  };
  return {
    identify(request) {
      const header = request.headers.authorization;
      if (!header?.startsWith('Bearer ')) return undefined;
      const secret = header.slice(7).trim();
      return seen.get(secret) ?? lookUp(secret);
    },
    forgetAll: () => seen.clear(),
  };
}
