import type { JsonSchema } from './json-schema.js';

/**
 * What an event version's newer schema breaks of the older one; empty when nothing.
 *
 * A version may only grow: everything that was ever written under it must still parse (the archive is replayed), and
 * whoever reads it must still find each field it counts on. So a field may not go, become required or become optional,
 * and no type, enum, pattern or bound may become narrower. New optional fields and new enum values are fine. Anything
 * else is a new version of the event, published beside the old one.
 *
 * Each line reads `<JSON pointer>: <what broke>`.
 */
export function incompatibilities(older: JsonSchema, newer: JsonSchema): string[] {
  return compare({ schema: older, root: older }, { schema: newer, root: newer }, '', []);
}

interface Place {
  schema: JsonSchema;
  /** The document that `$ref` points into. */
  root: JsonSchema;
}
/** The pairs on the way down to here: a recursive schema ends where it meets a pair again. */
type Path = readonly (readonly [JsonSchema, JsonSchema])[];

function compare(older: Place, newer: Place, at: string, path: Path): string[] {
  const here = [resolved(older), resolved(newer)] as const;
  if (path.some(([from, to]) => from === here[0].schema && to === here[1].schema)) return [];
  const below: Path = [...path, [here[0].schema, here[1].schema]];
  const [oldBranches, newBranches] = [branchesOf(here[0]), branchesOf(here[1])];
  if (newBranches.some(({ schema }) => acceptsAnything(schema))) return [];
  const alone = oldBranches.length === 1 && newBranches.length === 1;
  return oldBranches.flatMap((branch) => {
    // One way the older schema could be met must be one way of the newer one; the closest miss says what is wrong.
    const misses = newBranches.map((one) => compareSimple(branch, one, at, below));
    if (misses.some((miss) => miss.length === 0)) return [];
    const close = alone ? misses : misses.filter((_, index) => newBranches[index]?.schema.type === branch.schema.type);
    return close.length === 1 && close[0] ? close[0] : [`${at || '/'}: ${nameOf(branch.schema)} is no longer accepted`];
  });
}

function compareSimple({ schema: older, root: oldRoot }: Place, { schema: newer, root: newRoot }: Place, at: string, path: Path): string[] {
  const down = (from: JsonSchema | undefined, to: JsonSchema | undefined, step: string) =>
    from && to ? compare({ schema: from, root: oldRoot }, { schema: to, root: newRoot }, `${at}${step}`, path) : [];
  const here = at || '/';
  if (older.type !== newer.type && !(older.type === 'integer' && newer.type === 'number')) {
    return [`${here}: type ${nameOf(older)} became ${nameOf(newer)}`];
  }
  return [
    ...valuesLost(older, newer).map((value) => `${here}: value ${value} is no longer accepted`),
    ...boundsNarrowed(older, newer).map((bound) => `${here}: ${bound}`),
    ...fieldsBroken(older, newer).map(([name, broken]) => `${at}/${name}: ${broken}`),
    ...(isOpen(older) && newer.additionalProperties === false ? [`${here}: other fields are no longer accepted`] : []),
    ...Object.entries(older.properties ?? {}).flatMap(([name, schema]) => down(schema, newer.properties?.[name], `/${name}`)),
    ...down(asSchema(older.additionalProperties), asSchema(newer.additionalProperties), '/*'),
    ...down(older.propertyNames, newer.propertyNames, '/(name)'),
    ...(newer.items && !older.items ? [`${here}: items are restricted now`] : []),
    ...down(older.items, newer.items, '/[]'),
  ];
}

function fieldsBroken(older: JsonSchema, newer: JsonSchema): [name: string, broken: string][] {
  const [before, now] = [older.required ?? [], newer.required ?? []];
  const has = (schema: JsonSchema, name: string) => Object.hasOwn(schema.properties ?? {}, name);
  const gone = Object.keys(older.properties ?? {}).filter((name) => !has(newer, name));
  return [
    ...gone.map((name): [string, string] => [name, 'field removed']),
    ...now.filter((name) => !before.includes(name)).map((name): [string, string] => [name, 'field is required now']),
    ...before.filter((name) => has(newer, name) && !now.includes(name)).map((name): [string, string] => [name, 'field is optional now']),
  ];
}

const isOpen = (schema: JsonSchema): boolean => schema.type === 'object' && schema.additionalProperties !== false;

function valuesLost(older: JsonSchema, newer: JsonSchema): string[] {
  const [before, now] = [valuesOf(older), valuesOf(newer)];
  if (!now) return [];
  if (!before) return ['outside the list'];
  return before.filter((value) => !now.includes(value)).map((value) => JSON.stringify(value));
}

const valuesOf = (schema: JsonSchema): unknown[] | undefined => ('const' in schema ? [schema.const] : schema.enum);

const lowerBounds = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'] as const;
const upperBounds = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'] as const;
const forms = ['pattern', 'format'] as const;

function boundsNarrowed(older: JsonSchema, newer: JsonSchema): string[] {
  const raised = lowerBounds.filter((name) => (newer[name] ?? -Infinity) > (older[name] ?? -Infinity));
  const lowered = upperBounds.filter((name) => (newer[name] ?? Infinity) < (older[name] ?? Infinity));
  // Whether one pattern accepts all of another cannot be told here: any change of one counts.
  const reformed = forms.filter((name) => newer[name] !== undefined && newer[name] !== older[name]);
  return [...raised, ...lowered, ...reformed].map((name) => `${name} is narrower (${older[name] ?? 'none'} became ${newer[name]})`);
}

function resolved({ schema, root }: Place): Place {
  if (schema.$ref === undefined) return { schema, root };
  const target = schema.$ref === '#' ? root : root.$defs?.[schema.$ref.replace('#/$defs/', '')];
  if (!target) throw new Error(`${schema.$ref} points to nothing`);
  return { schema: target, root };
}

/** The alternatives a schema stands for, each with at most one type. */
function branchesOf(place: Place): Place[] {
  const { schema, root } = place;
  if (schema.$ref !== undefined) return branchesOf(resolved(place));
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return alternatives.flatMap((one) => branchesOf({ schema: one, root }));
  if (Array.isArray(schema.type)) return schema.type.map((type) => ({ schema: { ...schema, type }, root }));
  return [place];
}

const describing: readonly string[] = ['id', '$id', '$schema', '$defs', 'title', 'description'];
const acceptsAnything = (schema: JsonSchema): boolean => Object.keys(schema).every((key) => describing.includes(key));
const asSchema = (value: boolean | JsonSchema | undefined) => (typeof value === 'object' ? value : undefined);
const nameOf = (schema: JsonSchema): string => JSON.stringify(valuesOf(schema) ?? schema.type ?? 'anything');
