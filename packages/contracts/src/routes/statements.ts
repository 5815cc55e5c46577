import { z } from 'zod';
import { ids, instant, period } from '../common.js';
import { defineRoute } from '../define-route.js';
import { statement } from '../statements.js';
import { listOf, listQuery } from './shared.js';

export const listStatements = defineRoute({
  id: 'listStatements',
  service: 'commission',
  method: 'get',
  path: '/api/v1/statements',
  permission: 'commission:read',
  tag: 'Statements',
  summary: 'Months of deals, as recorded at `asOf`; with brand, partner and an open month, a preview',
  query: listQuery({
    brandId: ids.brand.optional(),
    partnerId: ids.partner.optional(),
    period: period.optional(),
    /** As recorded then: the revision that was the latest at that instant. */
    asOf: instant.optional(),
  }),
  responses: { 200: listOf(statement) },
});
export const getStatement = defineRoute({
  id: 'getStatement',
  service: 'commission',
  method: 'get',
  path: '/api/v1/statements/:statementId',
  permission: 'commission:read',
  tag: 'Statements',
  summary: 'One month of a deal, line by line, as recorded at `asOf`',
  params: z.strictObject({ statementId: ids.statement }),
  query: z.strictObject({ asOf: instant.optional() }),
  responses: { 200: statement },
});
