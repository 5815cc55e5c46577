import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type EventOf, newId } from '@tributary/contracts';
import { anEvent, startTestService, type TestService, type TestServiceOptions } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';

export const dayMs = 86_400_000;

export type Tracked = TestService<PrismaClient> & { spoolFolder: string };

/** Tracking on a database of its own, with a spool folder of its own. */
export async function startTracking(options: TestServiceOptions = {}): Promise<Tracked> {
  const spoolFolder = await mkdtemp(path.join(tmpdir(), 'tributary-spool-'));
  const removeSpool = () => rm(spoolFolder, { recursive: true, force: true });
  try {
    const service = await startTestService(compose, { ...options, env: { TRIBUTARY_SPOOL_DIR: spoolFolder, ...options.env } });
    return { ...service, spoolFolder, stop: () => service.stop().finally(removeSpool) };
  } catch (error) {
    await removeSpool();
    throw error;
  }
}

/** A brand with a programme, and as many partners as wanted enrolled in it. */
export interface BrandWorld {
  brandId: string;
  programId: string;
  partnerIds: string[];
}

export function brandEvent(
  brandId: string,
  programId: string,
  windowDays = 30,
  sequence = 1,
  policy: { clicksAreEvents?: boolean; enrollmentsAreEvents?: boolean } = {},
): EventOf<'directory.brand.changed.v1'> {
  return anEvent(
    'directory.brand.changed.v1',
    {
      brandId,
      name: 'Brand',
      slug: brandId.slice(-12),
      currency: 'EUR',
      timeZone: 'Europe/Berlin',
      status: 'active',
      defaultProgramId: programId,
      programIds: [programId],
      policy: {
        attributionWindowDays: windowDays,
        holdDays: 0,
        autoApproveUpTo: 50_000,
        financeThreshold: 500_000,
        minimumPayout: 0,
        ...policy,
      },
      changedAt: '2026-01-01T00:00:00.000Z',
    },
    { sequence },
  );
}

export function partnerEvent(partnerId: string, sequence = 1): EventOf<'directory.partner.changed.v1'> {
  const data = {
    partnerId,
    type: 'affiliate',
    country: null,
    status: 'active' as const,
    riskLevel: 'low' as const,
    parentId: null,
    tags: [],
    contactCommitment: 'x',
    changedAt: '2026-01-01T00:00:00.000Z',
  };
  return anEvent('directory.partner.changed.v1', data, { sequence });
}

export function enrollmentEvent(
  partnerId: string,
  brandId: string,
  programId: string,
  status: 'active' | 'ended' = 'active',
  sequence = 1,
  enrollmentId = newId('enrollment'),
): EventOf<'directory.enrollment.changed.v1'> {
  const at = '2026-01-01T00:00:00.000Z';
  return anEvent(
    'directory.enrollment.changed.v1',
    { enrollmentId, partnerId, brandId, programId, status, enrolledAt: at, changedAt: at },
    { sequence },
  );
}

export async function aBrand(
  service: Tracked,
  partners = 1,
  windowDays = 30,
  policy: { clicksAreEvents?: boolean; enrollmentsAreEvents?: boolean } = {},
): Promise<BrandWorld> {
  const [brandId, programId] = [newId('brand'), newId('program')];
  const partnerIds = Array.from({ length: partners }, () => newId('partner'));
  await service.deliver(
    brandEvent(brandId, programId, windowDays, 1, policy),
    ...partnerIds.map((id) => partnerEvent(id)),
    ...partnerIds.map((id) => enrollmentEvent(id, brandId, programId)),
  );
  return { brandId, programId, partnerIds };
}

export interface MadeLink {
  id: string;
  code: string;
  url: string;
}

export async function aLink(service: Tracked, brandId: string, partnerId: string, more: object = {}): Promise<MadeLink> {
  const response = await service
    .request()
    .post('/api/v1/links')
    .send({ brandId, partnerId, destinationUrl: 'https://shop.example/?a=1', ...more })
    .expect(201);
  return response.body as MadeLink;
}

/** Follows a link like a browser and answers the click id. */
export async function clickOn(service: Tracked, code: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await service
    .anonymous()
    .get(`/c/${code}`)
    .set('user-agent', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0')
    .set(headers)
    .redirects(0)
    .expect(302);
  const clickId = new URL(response.headers['location'] ?? '').searchParams.get('click_id');
  if (clickId === null) throw new Error('the redirect carries no click id');
  return clickId;
}

/** Reports one event and answers the response. */
export const report = (service: Tracked, event: object) => service.request().post('/api/v1/events').send(event);

export const at = (iso: string): string => new Date(iso).toISOString();
