import type { IncomingMessage } from 'node:http';
import type { Principal } from '@tributary/service-kit';
import { LRUCache } from 'lru-cache';
import { hashOf } from './api-key.js';
import type { ApiKeyStore } from './api-key-store.js';

/** How long a looked-up key is believed: a revocation on another instance is seen within it. */
const believedMs = 5_000;

export interface Signed {
  principal: Principal;
  /** The internal token for the services behind the door. */
  token: string;
}

export interface Authenticator {
  /** Who sends the request; undefined without a valid key. Answers at once (no promise) when the key was seen a moment ago. */
  identify(request: IncomingMessage): Signed | undefined | Promise<Signed | undefined>;
  forgetAll(): void;
}

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
