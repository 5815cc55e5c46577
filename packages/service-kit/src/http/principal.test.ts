import { expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { ephemeralKeys } from '../platform/keys.js';
import type { Principal } from '../types.js';
import { principalSigner, principalVerifier } from './principal.js';

const principal: Principal = { actorId: 'key_a', actorKind: 'key', roles: ['auditor'], brandIds: ['brd_a'], partnerId: 'ptr_a' };

test('a signed principal comes back as it was, and a fresh token is used again', async () => {
  const keys = ephemeralKeys();
  const sign = principalSigner(keys);
  const token = await sign(principal);
  expect(await principalVerifier(keys)(token)).toEqual(principal);
  expect(await sign({ ...principal })).toBe(token);
  expect(await sign({ ...principal, brandIds: [] })).not.toBe(token);
});

test('a token of another ring, a changed one and an expired one are nobody', async () => {
  const keys = ephemeralKeys();
  const verify = principalVerifier(keys);
  expect(await verify(await principalSigner(ephemeralKeys())(principal))).toBeUndefined();
  const token = await principalSigner(keys)(principal);
  expect(await verify(`${token.slice(0, -2)}AA`)).toBeUndefined();
  const [key] = keys.tokenKeys();
  const claims = new SignJWT({ kind: 'key', roles: [], brands: [] })
    .setProtectedHeader({ alg: 'HS256', kid: key!.id })
    .setSubject('x')
    .setIssuer('tributary');
  expect(await verify(await claims.setExpirationTime(Math.floor(Date.now() / 1000) - 1).sign(key!.key))).toBeUndefined();
});

test('after a rotation old tokens hold and new ones are signed with the new key', async () => {
  const keys = ephemeralKeys();
  const before = await principalSigner(keys)(principal);
  keys.rotate('token');
  const after = await principalSigner(keys)(principal);
  const verify = principalVerifier(keys);
  expect([await verify(before), await verify(after)]).toEqual([principal, principal]);
  expect(after).not.toBe(before);
});
