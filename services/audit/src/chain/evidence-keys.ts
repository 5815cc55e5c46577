import { getEvidenceKey } from '@tributary/contracts';
import { type KeyRing, ok, query } from '@tributary/service-kit';

/** The public halves of all keys that evidence was ever signed with. */
export const evidenceKeysRoute = (keys: KeyRing) =>
  query(getEvidenceKey, async () =>
    ok({ keys: keys.publicKeys().map(({ keyId, pem, createdAt, active }) => ({ keyId, publicKeyPem: pem, createdAt, active })) }),
  );
