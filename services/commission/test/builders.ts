import { type ConversionData, type DealTerms, type EventOf, newId, type TermDefaults } from '@tributary/contracts';
import { anEvent, startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';

export interface World {
  service: TestService;
  brandId: string;
  programId: string;
  partnerIds: string[];
}

/** The first partner of a world. */
export const partnerOf = ({ partnerIds: [first] }: World): string => first ?? '';

const time = '2026-01-01T00:00:00.000Z';

export const aBrand = (
  brandId: string,
  programId: string,
  policy: { holdDays?: number; terms?: TermDefaults } = {},
  timeZone = 'Europe/Berlin',
) =>
  anEvent('directory.brand.changed.v1', {
    brandId,
    name: 'Acme',
    slug: 'acme',
    currency: 'EUR',
    timeZone,
    status: 'active',
    defaultProgramId: programId,
    programIds: [programId],
    policy: { attributionWindowDays: 30, holdDays: 0, autoApproveUpTo: 50_000, financeThreshold: 500_000, minimumPayout: 0, ...policy },
    changedAt: time,
  });

export const aPartner = (partnerId: string) =>
  anEvent('directory.partner.changed.v1', {
    partnerId,
    type: 'affiliate',
    country: null,
    status: 'active',
    riskLevel: 'low',
    parentId: null,
    tags: [],
    contactCommitment: 'none',
    changedAt: time,
  });

export const anEnrollment = (partnerId: string, brandId: string, programId: string) =>
  anEvent('directory.enrollment.changed.v1', {
    enrollmentId: newId('enrollment'),
    partnerId,
    brandId,
    programId,
    status: 'active',
    enrolledAt: time,
    changedAt: time,
  });

/** A commission service that knows a brand and its enrolled partners. */
export async function startWorld(
  options: { partners?: number; now?: string; holdDays?: number; terms?: TermDefaults; service?: TestService } = {},
): Promise<World> {
  const service = options.service ?? (await startTestService(compose, { now: new Date(options.now ?? '2026-06-01T12:00:00Z') }));
  const [brandId, programId] = [newId('brand'), newId('program')];
  const partnerIds = Array.from({ length: options.partners ?? 1 }, () => newId('partner'));
  await service.deliver(aBrand(brandId, programId, { holdDays: options.holdDays ?? 0, terms: options.terms ?? {} }));
  await service.deliver(...partnerIds.flatMap((partnerId) => [aPartner(partnerId), anEnrollment(partnerId, brandId, programId)]));
  return { service, brandId, programId, partnerIds };
}

export type ConversionFields = Partial<ConversionData>;

/** A conversion in full: a sale of EUR 100.00 by the world's first partner, unless told otherwise. */
export function aConversion(world: Pick<World, 'brandId' | 'programId' | 'partnerIds'>, fields: ConversionFields = {}): ConversionData {
  const conversionId = fields.conversionId ?? newId('conversion');
  return {
    conversionId,
    eventId: `event-${conversionId}`,
    kind: 'sale',
    brandId: world.brandId,
    programId: world.programId,
    customerId: null,
    occurredAt: '2026-05-15T10:00:00.000Z',
    receivedAt: '2026-05-15T10:00:01.000Z',
    amount: 10_000,
    currency: 'EUR',
    originalEventId: null,
    originalConversionId: null,
    partnerId: world.partnerIds[0] ?? null,
    unattributedReason: null,
    attribution: null,
    contentHash: '0'.repeat(64),
    attributesCommitment: null,
    source: 'api',
    ...fields,
  };
}

export const recorded = (data: ConversionData, overrides: Parameters<typeof anEvent>[2] = {}): EventOf<'tracking.conversion.recorded.v1'> =>
  anEvent('tracking.conversion.recorded.v1', data, { partnerid: data.partnerId ?? undefined, brandid: data.brandId, ...overrides });
export const attributed = (data: ConversionData): EventOf<'tracking.conversion.attributed.v1'> =>
  anEvent('tracking.conversion.attributed.v1', data);

/** A refund of a sale: of a part, or of everything when no amount is given. */
export const aRefund = (world: World, sale: ConversionData, amount: number | null, fields: ConversionFields = {}): ConversionData =>
  aConversion(world, {
    kind: 'refund',
    amount,
    currency: amount === null ? null : sale.currency,
    originalEventId: sale.eventId,
    originalConversionId: sale.conversionId,
    partnerId: sale.partnerId,
    occurredAt: '2026-05-20T10:00:00.000Z',
    ...fields,
  });

export const tenPercent: DealTerms = { components: [{ on: 'sale', model: 'percentage', rate: '0.10' }] };

export async function createDeal(world: World, body: Record<string, unknown> = {}) {
  const response = await world.service
    .request()
    .post('/api/v1/deals')
    .send({ partnerId: partnerOf(world), brandId: world.brandId, effectiveFrom: '2026-01-01T00:00:00Z', terms: tenPercent, ...body });
  if (response.status !== 201) throw new Error(`deal: ${response.status} ${JSON.stringify(response.body)}`);
  return response.body as {
    id: string;
    version: number;
    documentHash: string;
    effect: { conversions: number; entries: number | null; amounts: unknown };
  };
}

export interface EntryShown {
  id: string;
  amount: number;
  reason: string;
  period: string;
  adjusts: string | null;
  status: string;
  dealVersion: number;
  maturesAt: string;
  conversionId: string;
  partnerId: string;
}

/** Entries, oldest first. */
export async function entriesOf(world: World, filter: Record<string, string> = {}): Promise<EntryShown[]> {
  const response = await world.service
    .request()
    .get('/api/v1/commissions')
    .query({ limit: 500, ...filter })
    .expect(200);
  return (response.body as { data: EntryShown[] }).data.reverse();
}

export async function outcomeOf(world: World, conversionId: string) {
  const response = await world.service.request().get(`/api/v1/conversions/${conversionId}/outcome`).expect(200);
  return response.body as { outcome: string; reason: string | null; entries: EntryShown[] };
}
