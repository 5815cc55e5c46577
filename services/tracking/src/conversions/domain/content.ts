import { canonicalJson, type TrackingEventBody } from '@tributary/contracts';

/** Makes a keyed HMAC; `purpose` separates uses. */
export type Hmac = (purpose: string, text: string) => string;
/** How texts are hashed: SHA-256 in hexadecimal, and the keyed HMAC. */
export interface Hashing {
  sha256: (text: string) => string;
  hmac: Hmac;
}

export interface Content {
  /** Canonical JSON of what the sender sent, the customer's key replaced by its HMAC. */
  text: string;
  /** SHA-256 over the same with the free attributes replaced by an HMAC: it travels, so nobody may guess personal data from it. */
  hash: string;
  customerHash: string | null;
  /** Salted by the conversion, so that equal attributes of two conversions cannot be matched. */
  attributesCommitment: string | null;
}

/** What a customer is known by: the sender's key under a keyed HMAC, another one in each brand. */
export const customerHash = (brandId: string, customerKey: string, hmac: Hmac): string => hmac('customer', `${brandId} ${customerKey}`);

/**
 * What an event says, in one form, so that a repetition is told from another event under the same id. `volatile` fields are left
 * out: a postback has no instant of its own.
 */
export function contentOf(
  event: TrackingEventBody,
  conversionId: string,
  { sha256, hmac }: Hashing,
  volatile: { occurredAt?: boolean } = {},
): Content {
  const { allowUnkeyed: _, customerKey, attributes, occurredAt, ...rest } = event;
  const keyHash = customerKey === undefined ? null : customerHash(event.brandId, customerKey, hmac);
  const plain = {
    occurredAt: volatile.occurredAt ? undefined : new Date(occurredAt).toISOString(),
    customerKey: keyHash ?? undefined,
    ...rest,
  };
  const free = attributes === undefined ? undefined : canonicalJson(attributes);
  const hashed = canonicalJson(free === undefined ? plain : { ...plain, attributes: hmac('attributes', free) });
  return {
    text: free === undefined ? hashed : canonicalJson({ ...plain, attributes }),
    hash: sha256(hashed),
    customerHash: keyHash,
    attributesCommitment: free === undefined ? null : hmac('attributes of a conversion', `${conversionId} ${free}`),
  };
}

const personal: ReadonlySet<string> = new Set(['customerKey', 'attributes']);

/** Which fields differ, as problem errors; personal ones are named without their values. */
export function diffOf(recorded: string | null, sent: string): { pointer: string; rule: string }[] {
  if (recorded === null) return [{ pointer: '', rule: 'differs from what was recorded, which has been erased' }];
  const before = JSON.parse(recorded) as Record<string, unknown>;
  const after = JSON.parse(sent) as Record<string, unknown>;
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return fields
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => ({
      pointer: `/${field}`,
      rule: personal.has(field) ? 'differs from what was recorded' : `was ${shown(before[field])}, is ${shown(after[field])}`,
    }));
}

const shown = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value).slice(0, 200));
