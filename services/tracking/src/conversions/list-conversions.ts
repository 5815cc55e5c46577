import { listConversions } from '@tributary/contracts';
import { toWireAmount } from '@tributary/money';
import { decodeIdCursor, ok, page, query, type Route } from '@tributary/service-kit';
import type { Conversion, PrismaClient } from '../generated/client.js';
import { between, given } from '../list-filters.js';
import type { Tracking } from '../tracking.js';

/** Newest first. */
export const listConversionsRoute = (service: Tracking): Route =>
  query(listConversions, async ({ query: { limit, cursor, from, to, ...equal }, scope }) => {
    const where = { ...given({ ...equal, occurredAt: between(from, to) }) };
    const before = given({ lt: decodeIdCursor(cursor) });
    const rows = await service.kit.db.read(scope, async (prisma) => {
      const ids = equal.eventId === undefined ? {} : { in: await idsOf(prisma, equal.eventId) };
      return prisma.conversion.findMany({ where: { ...where, id: { ...before, ...ids } }, orderBy: { id: 'desc' }, take: limit + 1 });
    });
    return ok(page(rows, limit, (row) => row.id, showConversion));
  });

/** Event ids are found in the table of keys, where they are indexed; one may stand in several brands. */
async function idsOf(prisma: PrismaClient, eventId: string): Promise<string[]> {
  const keys = await prisma.conversionKey.findMany({ where: { eventId }, select: { conversionId: true }, take: 500 });
  return keys.map((key) => key.conversionId);
}

/** A conversion as the API shows it. */
export function showConversion(row: Conversion) {
  return {
    conversionId: row.id,
    eventId: row.eventId,
    kind: row.kind,
    brandId: row.brandId,
    programId: row.programId,
    customerId: row.customerId,
    occurredAt: row.occurredAt.toISOString(),
    receivedAt: row.receivedAt.toISOString(),
    amount: row.amount === null ? null : toWireAmount(row.amount),
    currency: row.currency,
    originalEventId: row.originalEventId,
    originalConversionId: row.originalConversionId,
    partnerId: row.partnerId,
    unattributedReason: row.unattributedReason,
    attribution: row.attribution,
    contentHash: row.contentHash,
    attributesCommitment: row.attributesCommitment,
    source: row.source,
    details: row.details,
    revision: row.revision,
  };
}
