/** One thing that two documents say differently. Without `before` it was not there, without `after` it is gone. */
export interface Difference {
  /** JSON pointer (RFC 6901) into the document; empty for the whole of it. */
  pointer: string;
  before?: unknown;
  after?: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** What two JSON documents say differently, in the order of their members; empty when they say the same. Lists are compared place by place. */
export function diffTerms(before: unknown, after: unknown, pointer = ''): Difference[] {
  if (isObject(before) && isObject(after) && Array.isArray(before) === Array.isArray(after)) return ofMembers(before, after, pointer);
  return Object.is(before, after) ? [] : [{ pointer, before, after }];
}

function ofMembers(before: Fields, after: Fields, pointer: string): Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const [was, is] = [before[name], after[name]];
    // A member that is undefined is none: JSON has no such value.
    if (was === undefined) return is === undefined ? [] : [{ pointer: at, after: is }];
    return is === undefined ? [{ pointer: at, before: was }] : diffTerms(was, is, at);
  });
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
