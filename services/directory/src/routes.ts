import type { Outbox } from '@tributary/messaging';
import type { Database, KeyRing, Route } from '@tributary/service-kit';
import type { BrandStore } from './brands/brand-store.js';
import { createBrandRoute } from './brands/create-brand.js';
import { getBrandRoute, listBrandsRoute } from './brands/read-brands.js';
import { createEnrollmentRoute, listEnrollmentsRoute } from './enrollments/enroll-partner.js';
import type { EnrollmentStore } from './enrollments/enrollment-store.js';
import { createPartnerRoute } from './partners/create-partner.js';
import {
  confirmErasureRoute,
  getErasureRoute,
  listErasuresRoute,
  requestErasureRoute,
  withdrawErasureRoute,
} from './partners/erasures/ask-erasure.js';
import type { ErasureStore } from './partners/erasures/erasure-store.js';
import type { PartnerStore } from './partners/partner-store.js';
import { getContactRoute, getPartnerRoute, listPartnersRoute } from './partners/read-partners.js';
import { setPartnerContactRoute } from './partners/set-contact.js';
import { setPartnerManagerRoute, setPartnerParentRoute, setPartnerTierRoute } from './partners/set-partner.js';
import { addPartnerTagRoute, removePartnerTagRoute } from './partners/tag-partner.js';

export interface DirectoryParts {
  brands: BrandStore;
  partners: PartnerStore;
  enrollments: EnrollmentStore;
  erasures: ErasureStore;
  db: Pick<Database, 'tx'>;
  outbox: Outbox;
  keys: KeyRing;
}

/** Everything the directory answers. Methods, paths and permissions stand in the contracts of the same names. */
export const routes = (parts: DirectoryParts): Route[] => [
  createBrandRoute(parts.brands, parts.outbox),
  getBrandRoute(parts.brands),
  listBrandsRoute(parts.brands),
  createPartnerRoute(parts.partners, parts.outbox, parts.keys),
  getPartnerRoute(parts.partners),
  listPartnersRoute(parts.partners),
  addPartnerTagRoute(parts),
  removePartnerTagRoute(parts),
  setPartnerContactRoute(parts),
  setPartnerTierRoute(parts),
  setPartnerParentRoute(parts),
  setPartnerManagerRoute(parts),
  createEnrollmentRoute(parts),
  listEnrollmentsRoute(parts),
  getContactRoute(parts.partners),
  requestErasureRoute(parts),
  confirmErasureRoute(parts),
  withdrawErasureRoute(parts),
  getErasureRoute(parts.erasures, parts.db),
  listErasuresRoute(parts.erasures, parts.db),
];
