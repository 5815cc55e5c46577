import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { open, seal } from './sealing.js';

export const keyPurposes = ['master', 'evidence', 'token', 'hmac'] as const;
export type KeyPurpose = (typeof keyPurposes)[number];

const storedKey = z.strictObject({
  id: z.string().min(1).max(60),
  purpose: z.enum(keyPurposes),
  createdAt: z.iso.datetime(),
  /** base64url: 32 random bytes, or PKCS#8 DER of an Ed25519 key for `evidence`. */
  secret: z.string().min(40),
});
const keyFile = z.strictObject({
  version: z.literal(1),
  keys: z.array(storedKey),
});
type StoredKey = z.infer<typeof storedKey>;
type KeyFile = z.infer<typeof keyFile>;

/** The house's secrets. Each purpose has one current key; older ones stay readable so that rotation breaks nothing. */
export interface KeyRing {
  /** True when this start made the keys: the operator must be told to back them up. */
  readonly fresh: boolean;
  /** Signs with the current `evidence` key (Ed25519). */
  sign(data: Uint8Array): { keyId: string; signature: string };
  /** False for an unknown key as for a wrong signature (base64url). */
  verify(data: Uint8Array, keyId: string, signature: string): boolean;
  /** SPKI PEM of an evidence key, the current one unless named. */
  publicKey(keyId?: string): { keyId: string; pem: string };
  /** Every evidence key, the current one first: signatures of retired keys stay verifiable. */
  publicKeys(): { keyId: string; pem: string; createdAt: string; active: boolean }[];
  /** HMAC-SHA256 (hex) under the current `hmac` key; `purpose` separates uses, so that values cannot be matched across them. */
  hmac(purpose: string, text: string): string;
  /** Under every `hmac` key, current first: for lookups that must survive a rotation. */
  hmacs(purpose: string, text: string): string[];
  /** AES-256-GCM under a key derived from `master` for this subject; the key's id travels in the text. */
  encrypt(subjectId: string, plaintext: string): string;
  /** @throws when the text was tampered with, or sealed for another subject or under an unknown key. */
  decrypt(subjectId: string, sealed: string): string;
  /** Secrets for signing internal tokens, current first. */
  tokenKeys(): { id: string; key: KeyObject }[];
  /** Adds a new current key and, when the ring lives in a file, writes it. Returns the new id. */
  rotate(purpose: KeyPurpose): string;
}

function makeKey(purpose: KeyPurpose): StoredKey {
  const createdAt = new Date().toISOString();
  const id = `${purpose}-${createdAt.slice(0, 10)}-${randomBytes(4).toString('hex')}`;
  const secret =
    purpose === 'evidence'
      ? generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url')
      : randomBytes(32).toString('base64url');
  return { id, purpose, createdAt, secret };
}

function ringOf(file: KeyFile, fresh: boolean, save: (file: KeyFile) => void): KeyRing {
  const of = (purpose: KeyPurpose) => file.keys.filter((key) => key.purpose === purpose).reverse();
  const current = (purpose: KeyPurpose): StoredKey => {
    const [key] = of(purpose);
    if (!key) throw new Error(`the key ring has no ${purpose} key`);
    return key;
  };
  const named = (purpose: KeyPurpose, id: string) => of(purpose).find((key) => key.id === id);
  const secretOf = (key: StoredKey) => Buffer.from(key.secret, 'base64url');
  const privateKey = (key: StoredKey) => createPrivateKey({ key: secretOf(key), format: 'der', type: 'pkcs8' });
  const mac = (key: StoredKey, purpose: string, text: string) =>
    createHmac('sha256', secretOf(key)).update(`${purpose}\0${text}`).digest('hex');

  return {
    fresh,
    sign(data) {
      const key = current('evidence');
      return {
        keyId: key.id,
        signature: sign(null, data, privateKey(key)).toString('base64url'),
      };
    },
    verify(data, keyId, signature) {
      const key = named('evidence', keyId);
      return key !== undefined && verify(null, data, createPublicKey(privateKey(key)), Buffer.from(signature, 'base64url'));
    },
    publicKey(keyId) {
      const key = keyId === undefined ? current('evidence') : named('evidence', keyId);
      if (!key) throw new Error(`there is no evidence key ${keyId}`);
      return {
        keyId: key.id,
        pem: createPublicKey(privateKey(key)).export({ type: 'spki', format: 'pem' }).toString(),
      };
    },
    publicKeys: () =>
      of('evidence').map((key, index) => ({
        keyId: key.id,
        pem: createPublicKey(privateKey(key)).export({ type: 'spki', format: 'pem' }).toString(),
        createdAt: key.createdAt,
        active: index === 0,
      })),
    hmac: (purpose, text) => mac(current('hmac'), purpose, text),
    hmacs: (purpose, text) => of('hmac').map((key) => mac(key, purpose, text)),
    encrypt(subjectId, plaintext) {
      const key = current('master');
      return seal(key.id, secretOf(key), subjectId, plaintext);
    },
    decrypt: (subjectId, sealed) =>
      open(sealed, subjectId, (id) => {
        const key = named('master', id);
        return key && secretOf(key);
      }),
    tokenKeys: () =>
      of('token').map((key) => ({
        id: key.id,
        key: createSecretKey(secretOf(key)),
      })),
    rotate(purpose) {
      const key = makeKey(purpose);
      file.keys.push(key);
      save(file);
      return key.id;
    },
  };
}

/** A ring that lives in memory only: for tests. */
export function ephemeralKeys(): KeyRing {
  return ringOf({ version: 1, keys: keyPurposes.map(makeKey) }, true, () => undefined);
}

/** A ring from JSON text (an environment variable or a mounted secret). It cannot be rotated in place. */
export function keysFromText(text: string): KeyRing {
  return ringOf(keyFile.parse(JSON.parse(text)), false, () => {
    throw new Error('keys given by the environment are rotated where they are kept');
  });
}

/**
 * The ring of a data folder: `keys.json`, mode 0600, made at the first start. Safe when several processes start at once: the first
 * one's file wins.
 * @throws when others than the owner may read the file.
 */
export function keysInFolder(folder: string): KeyRing {
  const file = path.join(folder, 'keys.json');
  mkdirSync(folder, { recursive: true });
  const fresh = !existsSync(file) && makeFile(file, { version: 1, keys: keyPurposes.map(makeKey) });
  if ((statSync(file).mode & 0o077) !== 0) throw new Error(`${file} can be read by others than its owner: run chmod 600 on it`);
  return ringOf(keyFile.parse(JSON.parse(readFileSync(file, 'utf8'))), fresh, (changed) => {
    const aside = writeAside(file, changed);
    renameSync(aside, file);
  });
}

/** Keys by `TRIBUTARY_KEYS` (JSON), `TRIBUTARY_KEYS_FILE`, or the data folder, in this order. */
export function loadKeys(dataDir: string, env: NodeJS.ProcessEnv): KeyRing {
  if (env['TRIBUTARY_KEYS']) return keysFromText(env['TRIBUTARY_KEYS']);
  if (env['TRIBUTARY_KEYS_FILE']) return keysFromText(readFileSync(env['TRIBUTARY_KEYS_FILE'], 'utf8'));
  return keysInFolder(dataDir);
}

function writeAside(file: string, content: KeyFile): string {
  const aside = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(aside, `${JSON.stringify(content, null, 2)}\n`, {
    mode: 0o600,
    flag: 'wx',
  });
  chmodSync(aside, 0o600);
  return aside;
}

/** A link is made or not made, never half: of two first starts one wins. */
function makeFile(file: string, content: KeyFile): boolean {
  const aside = writeAside(file, content);
  try {
    linkSync(aside, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(aside);
  }
}
