import { roles } from '@tributary/contracts';
import { jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { KeyRing } from '../platform/keys.js';
import type { Principal, Scope } from '../types.js';

/** The header that carries the principal between our services. */
export const principalHeader = 'x-tributary-principal';
const lifetimeSeconds = 60;
/** A cached token is handed out while it has at least this long to live, so that it does not expire on its way. */
const freshMs = 20_000;

const claims = z.object({
  sub: z.string().min(1),
  kind: z.enum(['user', 'key', 'system', 'partner']),
  roles: z.array(z.enum(roles)),
  brands: z.array(z.string()),
  partner: z.string().optional(),
  exp: z.number(),
});

/** Signs principals into tokens of at most 60 seconds (HS256); equal principals share a token while it is fresh. */
export function principalSigner(keys: KeyRing): (principal: Principal) => Promise<string> {
  const cache = new LRUCache<string, { token: string; until: number }>({ max: 10_000 });
  return async (principal) => {
    const { actorId, actorKind, brandIds, partnerId } = principal;
    const content = {
      kind: actorKind,
      roles: principal.roles,
      brands: brandIds,
      ...(partnerId === undefined ? {} : { partner: partnerId }),
    };
    const cacheKey = JSON.stringify([actorId, content]);
    const cached = cache.get(cacheKey);
    if (cached && cached.until - Date.now() > freshMs) return cached.token;
    const [current] = keys.tokenKeys();
    if (!current) throw new Error('the key ring has no token key');
    const until = Date.now() + lifetimeSeconds * 1000;
    const token = await new SignJWT(content)
      .setProtectedHeader({ alg: 'HS256', kid: current.id })
      .setSubject(actorId)
      .setIssuer('tributary')
      .setExpirationTime(Math.floor(until / 1000))
      .sign(current.key);
    cache.set(cacheKey, { token, until });
    return token;
  };
}

/** Reads tokens back; undefined for anything that is not ours, not valid any more, or malformed. */
export function principalVerifier(keys: KeyRing): (token: string) => Promise<Principal | undefined> {
  const cache = new LRUCache<string, { principal: Principal; until: number }>({ max: 10_000 });
  return async (token) => {
    const cached = cache.get(token);
    if (cached) return cached.until > Date.now() ? cached.principal : undefined;
    try {
      const findKey = (header: { kid?: string | undefined }) => {
        const found = keys.tokenKeys().find((key) => key.id === header.kid);
        if (!found) throw new Error('unknown key');
        return found.key;
      };
      const { payload } = await jwtVerify(token, findKey, { issuer: 'tributary', algorithms: ['HS256'] });
      const read = claims.parse(payload);
      const principal: Principal = {
        actorId: read.sub,
        actorKind: read.kind,
        roles: read.roles,
        brandIds: read.brands,
        ...(read.partner === undefined ? {} : { partnerId: read.partner }),
      };
      cache.set(token, { principal, until: read.exp * 1000 });
      return principal;
    } catch {
      return undefined;
    }
  };
}

/** What a principal may see. */
export function scopeOf(principal: Principal): Scope {
  return {
    brandIds: principal.brandIds.length === 0 ? 'all' : principal.brandIds,
    ...(principal.partnerId === undefined ? {} : { partnerId: principal.partnerId }),
  };
}

/** The scope of the system's own work: consumers and jobs. */
export const everything: Scope = { brandIds: 'all' };

/** The principal under which one of our services calls another. */
export function systemPrincipal(service: string): Principal {
  return { actorId: `system:${service}`, actorKind: 'system', roles: [], brandIds: [] };
}
