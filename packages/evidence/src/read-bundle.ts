import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { canonicalJson, definitionOf } from '@tributary/contracts';
import {
  type ArchivedEvent,
  bodies,
  type EventKind,
  eventKinds,
  type RecordLine,
  recordLine,
  type SignatureLine,
  signatureLine,
  signedText,
} from './format.js';
import { canonicalHash } from './hashing.js';
import { merkleRoot } from './merkle.js';
import type { Problem } from './problem.js';

/** A bundle taken apart. Whatever `problems` name must not be believed. */
export interface ReadBundle {
  records: (RecordLine & { line: number })[];
  signature: (SignatureLine & { line: number }) | undefined;
  problems: Problem[];
}

/** Takes a bundle apart and checks all that needs no understanding: canonical bytes, hashes, order, shapes, root and signature. */
export function readBundle(content: Uint8Array): ReadBundle {
  const problems: Problem[] = [];
  const texts = linesOf(content);
  const records: ReadBundle['records'] = [];
  texts.slice(0, -1).forEach((bytes, index) => {
    const read = readRecord(bytes, index);
    if ('what' in read) problems.push(read);
    else records.push({ ...read, line: index + 1 });
  });
  const last = texts.at(-1);
  const signature = last && readSignature(last, texts.length, problems);
  if (signature && problems.length === 0) problems.push(...signatureProblems(signature, records));
  return { records, signature, problems };
}

/** Lines without their line feeds. What follows the last line feed is a line of its own, so that nothing can hide there. */
function linesOf(content: Uint8Array): Buffer[] {
  const bytes = Buffer.from(content);
  const lines: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, from)) {
    lines.push(bytes.subarray(from, at));
    from = at + 1;
  }
  // Only a file without a line feed at its end has a rest; it is then named as the broken last line.
  if (from < bytes.length || lines.length === 0) lines.push(Buffer.concat([bytes.subarray(from), Buffer.from('\n')]));
  return lines;
}

/** The value of a line, when the line is exactly its canonical JSON. */
function parseLine(bytes: Buffer): { value: unknown } | { what: string; kind: string } {
  const text = bytes.toString('utf8');
  // Members stand in order of their names, so that `kind` can be found behind the body even where the rest cannot be read.
  const kind = /"kind":"([a-z-]+)"(?:,"number":\d+)?(?:,"signature":"[^"]*")?\}$/.exec(text)?.[1] ?? 'unreadable';
  try {
    const value: unknown = JSON.parse(text);
    if (Buffer.from(canonicalJson(value)).equals(bytes)) return { value };
    return { kind, what: 'is not canonical JSON (RFC 8785): something was changed or reformatted' };
  } catch {
    return { kind, what: 'is not JSON' };
  }
}

function readRecord(bytes: Buffer, index: number): RecordLine | Problem {
  const line = index + 1;
  const parsed = parseLine(bytes);
  if ('what' in parsed) return { line, ...parsed };
  const shaped = recordLine.safeParse(parsed.value);
  if (!shaped.success) return { line, kind: kindIn(parsed.value), what: 'is no evidence record' };
  const { kind, body, hash, number } = shaped.data;
  if (hash !== canonicalHash({ kind, body }))
    return { line, kind, what: 'its hash is not the hash of its content: one of the two was changed' };
  if (number !== index)
    return { line, kind, what: `is record ${number}, and record ${index} belongs here: lines were removed, added or reordered` };
  const whole = bodies[kind].safeParse(body);
  if (!whole.success) return { line, kind, what: `its body has another shape: ${whole.error.issues[0]?.message ?? ''}` };
  return shaped.data;
}

const kindIn = (value: unknown): string => {
  const kind = (value as { kind?: unknown } | null)?.kind;
  return typeof kind === 'string' ? kind : 'unreadable';
};

function readSignature(bytes: Buffer, line: number, problems: Problem[]): ReadBundle['signature'] {
  const parsed = parseLine(bytes);
  if ('what' in parsed) {
    problems.push({ line, kind: parsed.kind, what: `should be the signature, but ${parsed.what}` });
    return undefined;
  }
  const shaped = signatureLine.safeParse(parsed.value);
  if (shaped.success) return { ...shaped.data, line };
  problems.push({ line, kind: kindIn(parsed.value), what: 'the bundle does not end with its signature: its end was cut off or changed' });
  return undefined;
}

function signatureProblems({ body, signature, line }: SignatureLine & { line: number }, records: readonly RecordLine[]): Problem[] {
  const problem = (what: string): Problem[] => [{ line, kind: 'signature', what }];
  if (body.records !== records.length) return problem(`was made over ${body.records} records, and there are ${records.length}`);
  if (body.root !== merkleRoot(records.map(({ hash }) => hash))) return problem('its root is not the root of the records');
  const key = readPublicKey(body.publicKey);
  if (key === undefined) return problem('its public key is none (Ed25519, PEM)');
  const bytes = Buffer.from(signature, 'base64url');
  // Two texts can stand for the same bytes: only the proper one counts.
  if (bytes.toString('base64url') !== signature || !verify(null, Buffer.from(signedText(canonicalJson(body))), key, bytes)) {
    return problem('the signature does not hold');
  }
  return [];
}

/** An Ed25519 public key from its PEM, or undefined. */
export function readPublicKey(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The events of a bundle as the archive held them: the explanations put back into their entries. Data are checked by the catalogue. */
export function eventsOf(records: ReadBundle['records']): { archived: Map<ArchivedEvent, number>; problems: Problem[] } {
  const explanations = new Map(
    records
      .filter(({ kind }) => kind === 'qualification')
      .map(({ body }) => [(body as Qualified).entryId, (body as Qualified).explanation]),
  );
  const archived = new Map<ArchivedEvent, number>();
  const problems: Problem[] = [];
  for (const { kind, body, line } of records) {
    const types: readonly string[] | undefined = eventKinds[kind as EventKind];
    if (types === undefined) continue;
    const one = body as ArchivedEvent;
    const { entryId } = one.event.data as { entryId?: string };
    const data = kind === 'entry' ? { ...(one.event.data as object), explanation: explanations.get(entryId ?? '') } : one.event.data;
    const problem = (what: string) => problems.push({ line, kind, what });
    const definition = definitionOf(one.event.type);
    if (!types.includes(one.event.type) || definition === undefined) problem(`holds a ${one.event.type}, which is no ${kind}`);
    else if (one.event.source !== `/services/${definition.producer}`)
      problem(`came from ${one.event.source}, and belongs to ${definition.producer}`);
    else if (!definition.schema.safeParse(data).success) problem(`its data are none of ${one.event.type}`);
    else archived.set({ chain: one.chain, event: { ...one.event, data } as ArchivedEvent['event'] }, line);
  }
  return { archived, problems };
}

interface Qualified {
  entryId: string;
  explanation: unknown;
}
