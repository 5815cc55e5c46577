import { randomBytes } from 'node:crypto';
import type { Tx } from '@tributary/messaging';
import type { KeyRing } from './keys.js';
import { open, seal } from './sealing.js';

/** Personal data under one random key per subject. The key lies in the service's database, wrapped by the master key. */
export interface Vault {
  /** Encrypts a text of this subject, making the subject's key when it has none. */
  seal(tx: Tx, subjectId: string, plaintext: string): Promise<string>;
  /** Undefined when the subject's key has been destroyed. @throws when the text was tampered with. */
  open(tx: Tx, subjectId: string, sealed: string): Promise<string | undefined>;
  /** The same for many at once, in their order. */
  openMany(tx: Tx, sealed: readonly { subjectId: string; sealed: string }[]): Promise<(string | undefined)[]>;
  /** Destroys the subject's key: whatever was sealed under it is gone, in backups of other tables too. */
  forget(tx: Tx, subjectId: string): Promise<void>;
}

/** The vault over `kit.subject_key`. */
export function createVault(keys: KeyRing): Vault {
  async function keyOf(tx: Tx, subjectId: string): Promise<Buffer | undefined> {
    const { rows } = await tx.query<{ wrapped: string }>('SELECT wrapped FROM kit.subject_key WHERE subject_id = $1', [subjectId]);
    return rows[0] && Buffer.from(keys.decrypt(subjectId, rows[0].wrapped), 'base64url');
  }
  return {
    async seal(tx, subjectId, plaintext) {
      const wrapped = keys.encrypt(subjectId, randomBytes(32).toString('base64url'));
      await tx.query('INSERT INTO kit.subject_key (subject_id, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING', [subjectId, wrapped]);
      const key = await keyOf(tx, subjectId);
      if (!key) throw new Error('the subject has no key');
      return seal('subject', key, subjectId, plaintext);
    },
    async open(tx, subjectId, sealed) {
      const key = await keyOf(tx, subjectId);
      return key && open(sealed, subjectId, () => key);
    },
    async openMany(tx, sealed) {
      const { rows } = await tx.query<{ subjectId: string; wrapped: string }>(
        'SELECT subject_id AS "subjectId", wrapped FROM kit.subject_key WHERE subject_id = ANY ($1)',
        [[...new Set(sealed.map(({ subjectId }) => subjectId))]],
      );
      const wrapped = new Map(rows.map((row) => [row.subjectId, row.wrapped]));
      return sealed.map(({ subjectId, sealed: text }) => {
        const key = wrapped.get(subjectId);
        return key && open(text, subjectId, () => Buffer.from(keys.decrypt(subjectId, key), 'base64url'));
      });
    },
    async forget(tx, subjectId) {
      await tx.query('DELETE FROM kit.subject_key WHERE subject_id = $1', [subjectId]);
    },
  };
}
