import type { Envelope } from '../ports.js';

const texts = new WeakMap<Envelope, string>();

/** The JSON of an envelope, made once: it is stored, sent and measured, and large. Nobody changes an envelope after it was written. */
export function textOf(envelope: Envelope): string {
  const known = texts.get(envelope);
  if (known !== undefined) return known;
  const text = JSON.stringify(envelope);
  texts.set(envelope, text);
  return text;
}

/** The envelope in a text that `textOf` made, keeping the text. */
export function envelopeOf(text: string): Envelope {
  const envelope = JSON.parse(text) as Envelope;
  texts.set(envelope, text);
  return envelope;
}
