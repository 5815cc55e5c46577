import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

// Sealed text: key id . nonce . ciphertext with tag, base64url. AES-256-GCM under HKDF-SHA256(secret, subject); the subject is
// authenticated too, so a sealed value cannot be moved to another one.

function keyFor(secret: Uint8Array, subjectId: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `tributary/seal/${subjectId}`, 32));
}

/** Encrypts for one subject. */
export function seal(keyId: string, secret: Uint8Array, subjectId: string, plaintext: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyFor(secret, subjectId), nonce).setAAD(Buffer.from(subjectId));
  const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${keyId}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
}

/** Opens what `seal` made. @throws when anything does not fit. */
export function open(text: string, subjectId: string, secretOf: (keyId: string) => Uint8Array | undefined): string {
  const [keyId = '', nonce = '', sealed = ''] = text.split('.');
  const secret = secretOf(keyId);
  if (!secret) throw new Error(`sealed under the unknown key ${keyId}`);
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', keyFor(secret, subjectId), Buffer.from(nonce, 'base64url')).setAAD(
    Buffer.from(subjectId),
  );
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
}
