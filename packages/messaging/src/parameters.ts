const special = /["\\]/;

/**
 * Statement parameters with lists written as PostgreSQL array literals, as `pg` would write them, in a third of the time: sets of rows
 * travel as a list for each column, so that this is most of what a consumer sends. Lists of anything but texts, numbers, booleans,
 * instants and nulls are left to `pg`.
 */
export const parameters = (values: readonly unknown[]): unknown[] =>
  values.map((value) => (Array.isArray(value) ? (literalOf(value) ?? value) : value));

function literalOf(items: readonly unknown[]): string | undefined {
  const written: string[] = [];
  for (const item of items) {
    if (item === null || item === undefined) written.push('NULL');
    else if (typeof item === 'string') written.push(special.test(item) ? `"${item.replace(/["\\]/g, '\\$&')}"` : `"${item}"`);
    else if (typeof item === 'number' || typeof item === 'bigint' || typeof item === 'boolean') written.push(String(item));
    else if (item instanceof Date) written.push(item.toISOString());
    else return undefined;
  }
  return `{${written.join(',')}}`;
}

/** What JSON never contains unescaped. */
const separator = '\u001e';

/** JSON texts as one parameter, for `rowsOf`: in an array every quote in them would be escaped. Nulls stay nulls. */
export const jsonList = (texts: readonly (string | null)[]): string => texts.map((text) => text ?? '').join(separator);

/**
 * SQL for a table of rows whose columns are the parameters from `$1` on, with their types; a `json list` is a `jsonList` and comes out as text.
 * UNNEST in the list of columns costs half of what it does as a table, whose arrays are first put aside.
 */
export function rowsOf(columns: Readonly<Record<string, string>>): string {
  const outputs = Object.entries(columns).map(([name, type], index) => {
    const parameter = `$${index + 1}`;
    return type === 'json list'
      ? `unnest(string_to_array(${parameter}, E'\\x1e', '')) AS ${name}`
      : `unnest(${parameter}::${type}[]) AS ${name}`;
  });
  return `(SELECT ${outputs.join(', ')})`;
}
