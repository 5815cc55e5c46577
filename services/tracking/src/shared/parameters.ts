// Parameters of set-based statements. The driver escapes each element of an array; most of ours are ids, instants, hashes and numbers,
// in which there is nothing to escape.

const plain = /^[\w:.+-]+$/;
const isPlain = (text: string): boolean => plain.test(text) && (text.length !== 4 || text.toLowerCase() !== 'null');

type Element = string | number | boolean | null;

/** An array parameter: as PostgreSQL's own text when nothing in it needs escaping, else as it is, for the driver. */
export function arrayOf(elements: readonly Element[]): string | readonly Element[] {
  let text = '';
  for (const element of elements) {
    if (typeof element === 'string' && !isPlain(element)) return elements;
    text += text === '' ? element : `,${element}`;
  }
  return `{${text}}`;
}

/** What JSON never contains unescaped. */
const separator = '\u001e';

/** JSON texts as one parameter, for `jsonElements`: quotes in them would all be escaped in an array. */
export const jsonList = (texts: readonly (string | null)[]): string => texts.map((text) => text ?? '').join(separator);

/** SQL for the elements of a `jsonList`, as a set. */
export const jsonElements = (parameter: string): string => `unnest(string_to_array(${parameter}, E'\\x1e', ''))`;

/** SQL for a table of as many rows as the arrays have elements. UNNEST in the list of columns costs half of what it does as a table, whose arrays are kept aside first. */
export function rowsOf(columns: Readonly<Record<string, string>>): string {
  const outputs = Object.entries(columns).map(([name, type], index) => {
    const parameter = `$${index + 1}`;
    return type === 'json list' ? `${jsonElements(parameter)} AS ${name}` : `unnest(${parameter}::${type}[]) AS ${name}`;
  });
  return `(SELECT ${outputs.join(', ')})`;
}
