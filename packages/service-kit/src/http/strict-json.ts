import { isUtf8 } from 'node:buffer';

/** Deepest nesting of arrays and objects in a request. */
export const maxDepth = 32;

/** Why a body was refused. `not-parseable` is no JSON at all; `not-strict` could mean different things to different readers. */
export class JsonRefused extends Error {
  constructor(
    readonly kind: 'json-not-parseable' | 'json-not-strict',
    message: string,
  ) {
    super(message);
    this.name = 'JsonRefused';
  }
}

const quote = 34;
const backslash = 92;
const colon = 58;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

/**
 * Parses JSON and refuses what JSON.parse would quietly change: duplicate keys, numbers that a double cannot hold exactly, more
 * than 32 levels, text that PostgreSQL cannot store (NUL, lone surrogates), bytes that are not UTF-8.
 * JSON.parse checks the grammar, one pass over the text the rest, at about the cost of the parse itself.
 */
export function parseStrictJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new JsonRefused('json-not-strict', 'The body is not UTF-8');
  const text = bytes.toString('utf8');
  const value = parse(text);
  const members = scan(text);
  // Two equal keys leave one member: then the text has more colons than the value has members.
  if (members > 0 && members !== countMembers(value))
    throw new JsonRefused('json-not-strict', `The key ${duplicateKey(text)} stands twice in one object`);
  if (text.includes('\\u')) refuseUnstorable(value);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JsonRefused('json-not-parseable', error instanceof Error ? error.message : 'The body is not JSON');
  }
}

/** Checks depth and numbers of well-formed JSON text; returns the number of object members in it. */
function scan(text: string): number {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at);
        break;
      case colon:
        members++;
        break;
      case openBrace:
      case openBracket:
        if (++depth > maxDepth) throw new JsonRefused('json-not-strict', `The body is nested deeper than ${maxDepth} levels`);
        break;
      case closeBrace:
      case closeBracket:
        depth--;
        break;
      default:
        if (startsNumber(text.charCodeAt(at))) at = endOfNumber(text, at);
    }
  }
  return members;
}

const startsNumber = (code: number): boolean => (code >= 48 && code <= 57) || code === 45;

/** Index of the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text.charCodeAt(at - 1 - slashes) === backslash) slashes++;
  return slashes % 2 === 1;
}

/** Index of the last character of the number at `start`, once it is known to be exact. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  let plain = true;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code >= 48 && code <= 57) continue;
    if (code !== 46 && code !== 43 && code !== 45 && (code | 32) !== 101) break;
    plain = false;
  }
  // Up to 15 digits are always exact.
  if ((!plain || end - start > 15) && !isExact(text.slice(start, end))) {
    throw new JsonRefused(
      'json-not-strict',
      `The number ${text.slice(start, Math.min(end, start + 40))} cannot be held exactly: send it as a string`,
    );
  }
  return end - 1;
}

function isExact(token: string): boolean {
  const value = Number(token);
  if (!Number.isFinite(value)) return false;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return false;
  return digitsOf(token) === digitsOf(String(value));
}

/** Sign, significant digits and power of ten: equal for equal decimals, however written. */
function digitsOf(token: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + (digits.length - significant.length)}`;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) for (const item of value) count += countMembers(item);
  else
    for (const item of Object.values(value)) {
      count++;
      if (typeof item === 'object' && item !== null) count += countMembers(item);
    }
  return count;
}

/** Only for the message: finds the first key that stands twice. */
function duplicateKey(text: string): string {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === openBrace || code === openBracket) open.push(new Set());
    else if (code === closeBrace || code === closeBracket) open.pop();
    else if (code === quote) {
      const end = endOfString(text, at);
      const key = text.slice(at, end + 1);
      at = end;
      if (!/^\s*:/.test(text.slice(end + 1, end + 200))) continue;
      const name = JSON.stringify(JSON.parse(key));
      if (open.at(-1)?.has(name)) return name;
      open.at(-1)?.add(name);
    }
  }
  return '?';
}

function refuseUnstorable(value: unknown): void {
  if (typeof value === 'string') {
    if (value.includes('\0') || !isWellFormed(value))
      throw new JsonRefused('json-not-strict', 'A text contains NUL or half of a surrogate pair');
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      refuseUnstorable(key);
      refuseUnstorable(item);
    }
  }
}

const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
function isWellFormed(text: string): boolean {
  return !loneSurrogate.test(text);
}
