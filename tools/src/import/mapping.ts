import { readFileSync } from 'node:fs';
import path from 'node:path';
import { brandPolicy, conversionKind, countryCode, currency, dealTerms, instant, slug, timeZone } from '@tributary/contracts';
import { IANAZone } from 'luxon';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

const column = z.string().min(1);
/** A column with the pattern that its values must match in full. */
const patterned = z.union([
  column.transform((name) => ({ column: name, pattern: undefined })),
  z.strictObject({ column, pattern: z.string().refine(isPattern, 'must be a regular expression') }),
]);

const mappingSchema = z.strictObject({
  mappingVersion: z.literal(1),
  csv: z.strictObject({
    columns: z.array(column).min(1),
    delimiter: z.string().length(1).default(','),
    encoding: z.enum(['utf-8', 'latin1']).default('utf-8'),
  }),
  event: z.strictObject({
    /** `{Column}` is the column's text, `{line}` the line's ordinal in the file: the first after the header is 1. */
    id: z.string().includes('{line}', { error: 'must contain {line}, or repeated lines would be taken for one' }),
    order: patterned,
    item: patterned,
    customer: patterned,
    product: column.optional(),
    quantity: column,
    unitPrice: column,
    currency,
    occurredAt: z.strictObject({
      column,
      /** luxon's tokens. */
      format: z.string().min(1),
      zone: timeZone.refine((zone) => IANAZone.isValidZone(zone), 'must be an IANA time zone'),
      /** A local time that the clocks show twice, when they are put back. */
      whenTwice: z.enum(['reject', 'earlier', 'later']).default('reject'),
    }),
    attributes: z.record(z.string().min(1).max(64), column).default({}),
  }),
  types: z.strictObject({ sale: conversionKind, cancellation: z.enum(['refund', 'chargeback']) }),
  /** A line whose order begins so takes back an earlier one. */
  cancellation: z.strictObject({ orderStartsWith: z.string().min(1) }),
  brands: z
    .array(
      z.strictObject({
        name: z.string(),
        slug,
        timeZone,
        policy: brandPolicy.partial().optional(),
        deal: z.strictObject({ effectiveFrom: instant, terms: dealTerms }),
      }),
    )
    .min(1)
    .max(16),
  /** `{n}` is the partner's number, from 1. */
  partners: z.strictObject({
    count: z.int().min(1).max(10_000),
    externalId: z.string().includes('{n}'),
    name: z.string().includes('{n}'),
    email: z.string().includes('{n}'),
    country: countryCode.optional(),
  }),
});
export type Mapping = z.infer<typeof mappingSchema>;

/** What is wrong with a mapping file, every fault on a line of its own. */
export class MappingInvalid extends Error {
  override name = 'MappingInvalid';
}

/** Reads a mapping from JSON or YAML. @throws MappingInvalid */
export function readMapping(file: string): Mapping {
  const text = readFileSync(file, 'utf8');
  return checkMapping(/\.ya?ml$/i.test(file) ? parseYaml(text) : parseJson(text, file), path.basename(file));
}

/** @throws MappingInvalid */
export function checkMapping(value: unknown, name = 'mapping'): Mapping {
  const parsed = mappingSchema.safeParse(value);
  if (!parsed.success) throw new MappingInvalid(`${name}:\n${z.prettifyError(parsed.error)}`);
  const unknown = columnsUsed(parsed.data).filter((used) => !parsed.data.csv.columns.includes(used));
  if (unknown.length > 0) throw new MappingInvalid(`${name}: csv.columns does not name ${unknown.join(', ')}`);
  return parsed.data;
}

function columnsUsed({ event }: Mapping): string[] {
  const inId = [...event.id.matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? '').filter((name) => name !== 'line');
  const { order, item, customer, product, quantity, unitPrice, occurredAt, attributes } = event;
  const named = [order.column, item.column, customer.column, quantity, unitPrice, occurredAt.column, ...Object.values(attributes)];
  return [...inId, ...named, ...(product === undefined ? [] : [product])];
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MappingInvalid(`${path.basename(file)} is not JSON: ${(error as Error).message}`);
  }
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
