import { addTaxRule, listTaxRules } from '@tributary/contracts';
import { command, created, ok, query, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { allTaxRules, insertTaxRule, type TaxRuleRow } from './rule-store.js';

const view = (rule: TaxRuleRow) => ({ ...rule, createdAt: rule.createdAt.toISOString() });

/** Adds a dated rate or threshold: what the law says next is data, not a release. */
export const addTaxRuleRoute = (_parts: Parts): Route =>
  command(addTaxRule, async ({ body, tx, now, context, scope }) => {
    // It counts for every brand: whoever is bound to some cannot say it.
    if (scope.brandIds !== 'all' || scope.partnerId !== undefined) return reject('not-found');
    const rule = { ...body, createdBy: context.actorId, createdAt: now };
    return created(view({ ...rule, revision: await insertTaxRule(tx, rule) }));
  });

export const listTaxRulesRoute = ({ db }: Parts): Route =>
  query(listTaxRules, ({ query: { kind }, scope }) =>
    db.tx(scope, async (tx) => {
      const rules = (await allTaxRules(tx)).filter((rule) => kind === undefined || rule.kind === kind);
      return ok({ data: rules.map(view), nextCursor: null });
    }),
  );
