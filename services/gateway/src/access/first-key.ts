import { newId } from '@tributary/contracts';
import type { Outbox } from '@tributary/messaging';
import { type Clock, type Database, everything } from '@tributary/service-kit';
import { type ApiKey, apiKeyChanged, hashOf, newSecret } from './api-key.js';
import type { ApiKeyStore } from './api-key-store.js';

export interface FirstKeyParts {
  db: Database<unknown>;
  keys: ApiKeyStore;
  outbox: Outbox;
  clock: Clock;
}

/**
 * Makes the first operator's key when there is none: the given one, or a new one that is returned to be shown once. A given key that
 * is not known yet is added at any later start too: whoever sets the environment owns the platform.
 */
export async function ensureFirstKey({ db, keys, outbox, clock }: FirstKeyParts, given: string | undefined): Promise<string | undefined> {
  if (given && (await keys.findActive(hashOf(given)))) return undefined;
  return db.tx(everything, async (tx) => {
    const empty = await keys.isEmpty(tx);
    if (!empty && !given) return undefined;
    const secret = given ?? newSecret();
    const now = clock.now();
    const key: ApiKey = {
      id: newId('apiKey'),
      name: 'First operator',
      roles: ['administrator'],
      brandIds: [],
      partnerId: null,
      status: 'active',
      createdBy: 'system:gateway',
      sequence: 1,
      createdAt: now,
    };
    // A given key that was revoked stays so.
    if (!(await keys.insert(tx, key, hashOf(secret)))) return undefined;
    await outbox.append(tx, { correlationId: key.id, actorId: 'system:gateway', actorKind: 'system' }, [apiKeyChanged(key, now)]);
    return given ? undefined : secret;
  });
}
