import type { IncomingMessage } from 'node:http';
import { Rejected } from './rejection.js';
import { JsonRefused, parseStrictJson } from './strict-json.js';

/** 1 MiB, unless a contract says otherwise. */
export const defaultBodyLimitBytes = 1024 * 1024;
const jsonType = /^application\/(?:[a-z0-9.+-]+\+)?json(?:\s*;|$)/i;

/** What is read and thrown away of a body that is too large, as a multiple of its limit. */
const patience = 4;

/**
 * Reads a request's bytes. The rest of a body that is somewhat too large is still taken from the wire: closing under a sender that
 * is still writing resets the connection, and the refusal never reaches him. @throws Rejected `body-too-large`
 */
export function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const tooLarge = () => new Rejected('body-too-large', { detail: `At most ${limitBytes} bytes`, headers: { connection: 'close' } });
  if (Number(request.headers['content-length'] ?? 0) > limitBytes * patience) return Promise.reject(tooLarge());
  const brokenOff = () => new Error('the request was broken off');
  // Whoever has gone before we listen will not be heard any more.
  if (request.destroyed && !request.readableEnded) return Promise.reject(brokenOff());
  // Listened to by hand: the asynchronous iterator of a stream costs as much as a small body's parsing and checking.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limitBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (size <= limitBytes * patience) return;
      request.pause();
      reject(tooLarge());
    });
    request.on('end', () => {
      if (size > limitBytes) reject(tooLarge());
      else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    request.on('error', reject);
    // Neither ended nor failed: the sender has gone. Settled before, this changes nothing.
    request.on('close', () => reject(brokenOff()));
  });
}

/** Reads a strict JSON body; undefined when there is none. @throws Rejected for another media type, size, grammar or strictness. */
export async function readJson(request: IncomingMessage, limitBytes: number = defaultBodyLimitBytes): Promise<unknown> {
  const bytes = await readBytes(request, limitBytes);
  if (bytes.length === 0) return undefined;
  if (!jsonType.test(request.headers['content-type'] ?? '')) throw new Rejected('media-type-not-supported');
  try {
    return parseStrictJson(bytes);
  } catch (error) {
    if (error instanceof JsonRefused) throw new Rejected(error.kind, { detail: error.message });
    throw error;
  }
}

/** A body that is text of one of the media types given. */
export interface TextBody {
  mediaType: string;
  text: string;
}

/** Reads a body of text in UTF-8; undefined when there is none. @throws Rejected for another media type, size or encoding. */
export async function readText(
  request: IncomingMessage,
  mediaTypes: readonly string[],
  limitBytes: number = defaultBodyLimitBytes,
): Promise<TextBody | undefined> {
  const bytes = await readBytes(request, limitBytes);
  if (bytes.length === 0) return undefined;
  const mediaType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!mediaTypes.includes(mediaType)) throw new Rejected('media-type-not-supported', { detail: `Read here: ${mediaTypes.join(', ')}` });
  try {
    return { mediaType, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    throw new Rejected('text-not-decodable');
  }
}
