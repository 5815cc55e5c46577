/**
 * Canonical JSON (RFC 8785): one text for one value, so that its hash can be compared. Members are sorted by the UTF-16 code units
 * of their names, numbers and strings are written as ECMAScript writes them (which is what the RFC prescribes), nothing is padded.
 * Members that are `undefined` are left out, as JSON does.
 * Throws a TypeError for what JSON cannot say: NaN, infinities, bigint, functions, symbols, a bare `undefined`, lone surrogates, and
 * objects with a class of their own (a Date is to be made text first).
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`canonical JSON cannot say ${value}`);
      // As ECMAScript writes it: -0 is 0.
      return `${value}`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value);
    default:
      throw new TypeError(`canonical JSON cannot say a ${typeof value}`);
  }
}

const loneSurrogate = /\p{Surrogate}/u;
/** Printable ASCII without quote and backslash: most of what there is, and nothing in it is escaped. */
const plain = /^[ !#-[\]-~]*$/;

function canonicalString(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  if (loneSurrogate.test(text)) throw new TypeError('canonical JSON cannot say a lone surrogate');
  return JSON.stringify(text);
}

function canonicalArray(values: readonly unknown[]): string {
  let text = '[';
  for (let index = 0; index < values.length; index += 1) text += (index === 0 ? '' : ',') + canonicalJson(values[index]);
  return `${text}]`;
}

function canonicalObject(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError('canonical JSON cannot say an object with a class of its own');
  const members = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const name of sortedNames(members)) {
    const member = members[name];
    if (member !== undefined) text += (text === '' ? '' : ',') + writtenName(name) + canonicalJson(member);
  }
  return `{${text}}`;
}

/** So few names are put in order where they stand: `sort` makes several lists for that. */
const fewNames = 32;

/** Names in their order. */
function sortedNames(members: object): string[] {
  const names = Object.keys(members);
  if (names.length > fewNames) return names.sort();
  for (let index = 1; index < names.length; index += 1) {
    const name = names[index] as string;
    let place = index;
    for (; place > 0 && (names[place - 1] as string) > name; place -= 1) names[place] = names[place - 1] as string;
    names[place] = name;
  }
  return names;
}

/** The same few names come again and again; the bound is for those that come with free data. */
const writtenNames = new Map<string, string>();
const mostNames = 2000;

function writtenName(name: string): string {
  const known = writtenNames.get(name);
  if (known !== undefined) return known;
  const written = `${canonicalString(name)}:`;
  if (writtenNames.size < mostNames && name.length < 100) writtenNames.set(name, written);
  return written;
}
