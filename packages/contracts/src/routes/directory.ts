import { z } from 'zod';
import { countryCode, currency, freeAttributes, ids, instant, slug, text, timeZone } from '../common.js';
import { defineRoute } from '../define-route.js';
import { brandPolicy, partnerChanged } from '../events/directory.js';
import { listOf, listQuery } from './shared.js';

const program = z.strictObject({ id: ids.program, name: z.string(), isDefault: z.boolean() });
export const brand = z
  .strictObject({
    id: ids.brand,
    name: z.string(),
    slug,
    currency,
    timeZone,
    status: z.enum(['active', 'archived']),
    defaultProgramId: ids.program,
    programs: z.array(program),
    policy: brandPolicy,
    createdAt: instant,
  })
  .meta({ id: 'Brand' });
export const partner = z
  .strictObject({
    id: ids.partner,
    name: z.string(),
    /** Null once erased. */
    email: z.string().nullable(),
    country: countryCode.nullable(),
    type: z.string(),
    externalId: z.string().nullable(),
    parentId: ids.partner.nullable(),
    tier: slug.nullable(),
    /** Who looks after him, in the words of whoever said so. */
    managerId: z.string().nullable(),
    status: z.enum(['active', 'suspended', 'archived']),
    riskLevel: z.enum(['low', 'medium', 'high']),
    tags: z.array(z.string()),
    attributes: freeAttributes,
    createdAt: instant,
    /** When the personal data of the partner were erased; what is owed and was paid stays, under its id. */
    erasedAt: instant.nullable(),
  })
  .meta({ id: 'Partner' });
const { tags, tiers, parents, managers } = partnerChanged.schema.shape;
/** Each span says besides who recorded it. */
const recorded = <S extends z.ZodRawShape>(list: z.ZodOptional<z.ZodArray<z.ZodObject<S>>>) =>
  z.array(z.strictObject({ ...list.unwrap().element.shape, recordedBy: z.string() }));
/** A partner as of an instant and as known at one, with all that was known then, in the order of recording. */
export const partnerRecord = z
  .strictObject({
    ...partner.shape,
    history: z.strictObject({
      tags,
      tiers: recorded(tiers),
      parents: recorded(parents),
      managers: recorded(managers),
    }),
  })
  .meta({ id: 'PartnerRecord' });
export const enrollment = z
  .strictObject({
    id: ids.enrollment,
    partnerId: ids.partner,
    brandId: ids.brand,
    programId: ids.program,
    status: z.enum(['active', 'suspended', 'ended']),
    enrolledAt: instant,
  })
  .meta({ id: 'Enrollment' });
const tagChange = z.strictObject({ tag: slug, effectiveFrom: instant.optional() });
const tagState = z
  .strictObject({ partnerId: ids.partner, tag: z.string(), effectiveFrom: instant, effectiveTo: instant.nullable() })
  .meta({ id: 'PartnerTag' });
const partnerParams = z.strictObject({ partnerId: ids.partner });
/** What was recorded: it holds from `effectiveFrom` on until something recorded later does. */
const partnerSetting = z
  .strictObject({ partnerId: ids.partner, value: z.string().nullable(), effectiveFrom: instant, recordedAt: instant })
  .meta({ id: 'PartnerSetting' });
const settingOf = <T extends z.ZodType>(value: T) => z.strictObject({ value: value.nullable(), effectiveFrom: instant.optional() });

export const createBrand = defineRoute({
  id: 'createBrand',
  service: 'directory',
  method: 'post',
  path: '/api/v1/brands',
  permission: 'brand:write',
  tag: 'Brands',
  idempotent: true,
  summary: 'Register a brand, with a default programme',
  body: z.strictObject({ name: text(200), slug, currency, timeZone, policy: brandPolicy.partial().optional() }),
  responses: { 201: brand },
});
export const getBrand = defineRoute({
  id: 'getBrand',
  service: 'directory',
  method: 'get',
  path: '/api/v1/brands/:brandId',
  permission: 'brand:read',
  tag: 'Brands',
  summary: 'A brand',
  params: z.strictObject({ brandId: ids.brand }),
  responses: { 200: brand },
});
export const listBrands = defineRoute({
  id: 'listBrands',
  service: 'directory',
  method: 'get',
  path: '/api/v1/brands',
  permission: 'brand:read',
  tag: 'Brands',
  summary: 'The brands you may see',
  query: listQuery({}),
  responses: { 200: listOf(brand) },
});
export const createPartner = defineRoute({
  id: 'createPartner',
  service: 'directory',
  method: 'post',
  path: '/api/v1/partners',
  permission: 'partner:write',
  tag: 'Partners',
  idempotent: true,
  summary: 'Register a partner: one identity over all brands',
  body: z.strictObject({
    name: text(200),
    email: z.email().max(254),
    country: countryCode.optional(),
    type: text(40).default('affiliate'),
    externalId: text(200).optional(),
    parentId: ids.partner.optional(),
    tags: z.array(slug).max(50).optional(),
    attributes: freeAttributes.optional(),
    riskLevel: z.enum(['low', 'medium', 'high']).optional(),
  }),
  responses: { 201: partner },
});
export const getPartner = defineRoute({
  id: 'getPartner',
  service: 'directory',
  method: 'get',
  path: '/api/v1/partners/:partnerId',
  permission: 'partner:read',
  tag: 'Partners',
  summary: 'A partner and his history, as of an instant and as known at one',
  params: partnerParams,
  query: z.strictObject({ asOf: instant.optional(), knownAt: instant.optional() }),
  responses: { 200: partnerRecord },
});
export const listPartners = defineRoute({
  id: 'listPartners',
  service: 'directory',
  method: 'get',
  path: '/api/v1/partners',
  permission: 'partner:read',
  tag: 'Partners',
  summary: 'Partners you may see',
  query: listQuery({
    brandId: ids.brand.optional(),
    tag: slug.optional(),
    externalId: z.string().optional(),
    status: z.enum(['active', 'suspended', 'archived']).optional(),
  }),
  responses: { 200: listOf(partner) },
});
export const createEnrollment = defineRoute({
  id: 'createEnrollment',
  service: 'directory',
  method: 'post',
  path: '/api/v1/partners/:partnerId/enrollments',
  permission: 'partner:write',
  tag: 'Partners',
  idempotent: true,
  summary: 'Enrol a partner in a programme of a brand (the default one unless told)',
  params: partnerParams,
  body: z.strictObject({ brandId: ids.brand, programId: ids.program.optional() }),
  responses: { 201: enrollment },
});
export const listEnrollments = defineRoute({
  id: 'listEnrollments',
  service: 'directory',
  method: 'get',
  path: '/api/v1/partners/:partnerId/enrollments',
  permission: 'partner:read',
  tag: 'Partners',
  summary: 'Where a partner is enrolled',
  params: partnerParams,
  query: listQuery({}),
  responses: { 200: listOf(enrollment) },
});
export const addPartnerTag = defineRoute({
  id: 'addPartnerTag',
  service: 'directory',
  method: 'post',
  path: '/api/v1/partners/:partnerId/tags',
  permission: 'partner:write',
  tag: 'Partners',
  idempotent: true,
  summary: 'Set a tag from an instant on',
  params: partnerParams,
  body: tagChange,
  responses: { 201: tagState },
});
export const removePartnerTag = defineRoute({
  id: 'removePartnerTag',
  service: 'directory',
  method: 'delete',
  path: '/api/v1/partners/:partnerId/tags',
  permission: 'partner:write',
  tag: 'Partners',
  summary: 'End a tag from an instant on',
  params: partnerParams,
  body: tagChange,
  responses: { 200: tagState },
});
const setting = {
  service: 'directory',
  method: 'post',
  permission: 'partner:write',
  tag: 'Partners',
  idempotent: true,
  params: partnerParams,
  responses: { 201: partnerSetting },
} as const;
export const setPartnerTier = defineRoute({
  ...setting,
  id: 'setPartnerTier',
  path: '/api/v1/partners/:partnerId/tier',
  summary: 'Set a partner’s tier from an instant on; null takes it away',
  body: settingOf(slug),
});
export const setPartnerParent = defineRoute({
  ...setting,
  id: 'setPartnerParent',
  path: '/api/v1/partners/:partnerId/parent',
  summary: 'Put a partner under another one from an instant on; null takes it out. Never above itself, at any time',
  body: settingOf(ids.partner),
});
export const setPartnerManager = defineRoute({
  ...setting,
  id: 'setPartnerManager',
  path: '/api/v1/partners/:partnerId/manager',
  summary: 'Say who looks after a partner from an instant on; null is nobody',
  body: settingOf(text(200)),
});
/** For our own services only: who may be written to, read at the time of sending. */
export const getContact = defineRoute({
  id: 'getContact',
  service: 'directory',
  method: 'get',
  path: '/internal/partners/:partnerId/contact',
  permission: 'internal',
  tag: 'Internal',
  summary: 'Name and e-mail of a partner, and those of the last month before them',
  params: partnerParams,
  responses: {
    200: z.strictObject({
      partnerId: ids.partner,
      name: z.string(),
      email: z.string(),
      former: z.array(z.strictObject({ name: z.string(), email: z.string() })),
    }),
  },
});
