import type { DataOf } from '@tributary/contracts';
import type { NewEvent } from '@tributary/messaging';
import type { Brand } from './domain/brand.js';

/** A brand as the API shows it. */
export function brandView(brand: Brand) {
  const { sequence: _, createdAt, ...rest } = brand;
  return { ...rest, createdAt: createdAt.toISOString() };
}

/** The snapshot that tells the other services of a brand. */
export function brandChanged(brand: Brand, now: Date): NewEvent<'directory.brand.changed.v1'> {
  const data: DataOf<'directory.brand.changed.v1'> = {
    brandId: brand.id,
    name: brand.name,
    slug: brand.slug,
    currency: brand.currency,
    timeZone: brand.timeZone,
    status: brand.status,
    defaultProgramId: brand.defaultProgramId,
    programIds: brand.programs.map((program) => program.id),
    policy: brand.policy,
    changedAt: now.toISOString(),
  };
  return { type: 'directory.brand.changed.v1', subject: brand.id, brandId: brand.id, sequence: brand.sequence, data, time: now };
}
