import { newId } from '@tributary/contracts';
import { anEvent } from '@tributary/testkit';

/** A brand as the directory would tell of it. */
export function brandEvent(brandId: string) {
  const programId = newId('program');
  return anEvent('directory.brand.changed.v1', {
    brandId,
    name: 'Acme',
    slug: 'acme',
    currency: 'EUR',
    timeZone: 'UTC',
    status: 'active',
    defaultProgramId: programId,
    programIds: [programId],
    policy: { attributionWindowDays: 30, holdDays: 0, autoApproveUpTo: 0, financeThreshold: 0, minimumPayout: 0 },
    changedAt: '2026-01-01T00:00:00Z',
  });
}
