import { createBrand, newId } from '@tributary/contracts';
import type { Outbox } from '@tributary/messaging';
import { command, created, reject } from '@tributary/service-kit';
import type { BrandStore } from './brand-store.js';
import { brandChanged, brandView } from './brand-view.js';
import { registerBrand } from './domain/brand.js';

export const createBrandRoute = (brands: BrandStore, outbox: Outbox) =>
  command(createBrand, async ({ body, tx, now, context, scope }) => {
    // A caller of some brands could not see the brand that it made.
    if (scope.brandIds !== 'all') return reject('not-permitted', { detail: 'Only a key for all brands may register a brand.' });
    const decision = registerBrand(newId('brand'), newId('program'), body, now);
    if ('rejected' in decision)
      return reject(decision.rejected, { errors: [{ pointer: decision.pointer ?? '', rule: decision.rejected }] });
    if (!(await brands.insert(tx, decision.accepted)))
      return reject('brand-slug-taken', { errors: [{ pointer: '/slug', rule: 'brand-slug-taken' }] });
    await outbox.append(tx, context, [brandChanged(decision.accepted, now)]);
    return created(brandView(decision.accepted));
  });
