import { createHash, randomBytes } from 'node:crypto';
import type { DataOf, Role } from '@tributary/contracts';
import type { NewEvent } from '@tributary/messaging';

export interface ApiKey {
  id: string;
  name: string;
  roles: Role[];
  brandIds: string[];
  partnerId: string | null;
  status: 'active' | 'revoked';
  createdBy: string;
  sequence: number;
  createdAt: Date;
}

/** A new secret: 256 random bits, recognisable in a log or a repository by its prefix. */
export const newSecret = () => `trib_${randomBytes(32).toString('base64url')}`;

/** Keys are random and long: a plain SHA-256 is enough to keep them, no slow hash is needed. */
export const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

/** A key as the API shows it: never its secret. */
export function apiKeyView({ id, name, roles, brandIds, partnerId, status, createdAt }: ApiKey) {
  return { id, name, roles, brandIds, partnerId, status, createdAt: createdAt.toISOString() };
}

export function apiKeyChanged(key: ApiKey, now: Date): NewEvent<'gateway.api-key.changed.v1'> {
  const { id, name, roles, brandIds, partnerId, status } = key;
  const data: DataOf<'gateway.api-key.changed.v1'> = {
    apiKeyId: id,
    name,
    roles,
    brandIds,
    partnerId,
    status,
    changedAt: now.toISOString(),
  };
  return { type: 'gateway.api-key.changed.v1', subject: id, sequence: key.sequence, time: now, data };
}
