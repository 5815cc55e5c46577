import { z } from 'zod';
import { businessPeriod, ids, minorAmount, period, sha256Hex } from '../common.js';
import { defineRoute } from '../define-route.js';
import { rehearsalState } from './simulations.js';

/** Why a scope comes out differently, from what the stored explanation was made of and what is there now. */
export const differenceCauses = ['journal', 'engine', 'terms', 'facts', 'circumstances', 'rates', 'stream', 'unknown'] as const;

export const recalculation = z
  .strictObject({
    id: ids.recalculation,
    brandId: ids.brand,
    partnerId: ids.partner,
    period,
    ...rehearsalState,
    result: z
      .strictObject({
        identical: z.boolean(),
        conversions: z.int(),
        scopes: z.int(),
        entries: z.int(),
        /** SHA-256 of the canonical list of scope and net, as the journal has it and as it was recomputed. */
        hash: sha256Hex,
        recomputedHash: sha256Hex,
        differences: z.array(
          z.strictObject({
            scope: z.string(),
            currency: z.string(),
            /** What the entries of the scope add up to, and what comes out of the facts. */
            journal: minorAmount,
            recomputed: minorAmount,
            /** `journal`: the books do not agree with themselves, or not with their own explanation. */
            causes: z.array(z.enum(differenceCauses)),
          }),
        ),
      })
      .nullable(),
  })
  .meta({ id: 'Recalculation' });

export const createRecalculation = defineRoute({
  id: 'createRecalculation',
  service: 'commission',
  method: 'post',
  path: '/api/v1/recalculations',
  permission: 'evidence:read',
  tag: 'Commissions',
  idempotent: true,
  summary: 'Work out from the facts what a partner earned in a month, and hold the journal against it; nothing is changed',
  body: z.strictObject({ brandId: ids.brand, partnerId: ids.partner, period: businessPeriod }),
  responses: { 202: recalculation },
});
export const getRecalculation = defineRoute({
  id: 'getRecalculation',
  service: 'commission',
  method: 'get',
  path: '/api/v1/recalculations/:recalculationId',
  permission: 'evidence:read',
  tag: 'Commissions',
  summary: 'How far a recalculation has come, and whether the journal is what the facts say',
  params: z.strictObject({ recalculationId: ids.recalculation }),
  responses: { 200: recalculation },
});
