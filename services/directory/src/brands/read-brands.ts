import { getBrand, listBrands } from '@tributary/contracts';
import { decodeIdCursor, ok, page, query, reject } from '@tributary/service-kit';
import type { BrandStore } from './brand-store.js';
import { brandView } from './brand-view.js';

export const getBrandRoute = (brands: BrandStore) =>
  query(getBrand, async ({ params, scope }) => {
    const brand = await brands.find(scope, params.brandId);
    return brand ? ok(brandView(brand)) : reject('not-found');
  });

export const listBrandsRoute = (brands: BrandStore) =>
  query(listBrands, async ({ query: { limit, cursor }, scope }) => {
    const found = await brands.list(scope, limit + 1, decodeIdCursor(cursor));
    return ok(page(found.map(brandView), limit, (brand) => brand.id));
  });
