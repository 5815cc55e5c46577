import { z } from 'zod';

/** `{ data, nextCursor }`: every list answers like this. */
export const listOf = <T extends z.ZodType>(item: T) => z.strictObject({ data: z.array(item), nextCursor: z.string().nullable() });

/** The query parameters of every list, with filters added. */
export const listQuery = <S extends z.ZodRawShape>(filters: S) =>
  z.strictObject({
    limit: z.coerce.number().int().min(1).max(500).default(50),
    cursor: z.string().max(500).optional(),
    ...filters,
  });

/** RFC 9457 problem details with our additions. */
export const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    code: z.string(),
    errors: z.array(z.strictObject({ pointer: z.string(), rule: z.string() })).optional(),
    requestId: z.string(),
    traceId: z.string().optional(),
  })
  .meta({ id: 'Problem' });

export const dryRunQuery = z.strictObject({ dryRun: z.enum(['true', 'false']).optional() });
