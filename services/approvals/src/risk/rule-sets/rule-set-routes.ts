import { activateRiskRuleSet, listRiskRuleSets, listRiskRules, riskParameters, writeRiskRuleSet } from '@tributary/contracts';
import { command, created, decodeCursor, NotYetKnown, ok, page, query, type Route, reject } from '@tributary/service-kit';
import { z } from 'zod';
import type { HitStore } from '../../shared/hit-store.js';
import type { ProfileStore } from '../../shared/profile-store.js';
import { registry } from '../domain/registry.js';
import type { RuleSetStore, StoredRuleSet } from '../rule-set-store.js';

export interface RuleSetParts {
  hits: HitStore;
  profiles: ProfileStore;
  ruleSets: RuleSetStore;
}

const view = ({ writtenAt, activeFrom, rules, ...set }: StoredRuleSet) => ({
  ...set,
  rules: [...rules],
  writtenAt: writtenAt.toISOString(),
  activeFrom: activeFrom?.toISOString() ?? null,
});

const readRegistry = (): Route =>
  query(listRiskRules, () =>
    Promise.resolve(
      ok({
        data: Object.values(registry).map(({ id, summary, needs }) => ({
          rule: id,
          summary,
          needs: [...needs],
          parameters: z.toJSONSchema(riskParameters[id], { io: 'input' }),
        })),
      }),
    ),
  );

const write = ({ hits, profiles, ruleSets }: RuleSetParts): Route =>
  command(writeRiskRuleSet, async ({ tx, params: { brandId }, body, principal, now }) => {
    const rules = body.rules.map(({ rule }) => rule);
    if (new Set(rules).size < rules.length) return reject('risk-rule-twice');
    await hits.lockBrands(tx, [brandId]);
    if (!(await profiles.sharePolicies(tx, [brandId])).has(brandId)) throw new NotYetKnown('brand', brandId);
    const written = { brandId, ...body, writtenBy: principal.actorId, writtenAt: now };
    const version = await ruleSets.append(tx, written);
    return created(view({ ...written, version, activatedBy: null, activeFrom: null }));
  });

const activate = ({ hits, ruleSets }: RuleSetParts): Route =>
  command(activateRiskRuleSet, async ({ tx, params: { brandId, version }, body, principal, now }) => {
    await hits.lockBrands(tx, [brandId]);
    const set = await ruleSets.find(tx, brandId, version);
    if (!set) return reject('not-found');
    if (set.activatedBy !== null) return reject('rule-set-already-active');
    if (set.writtenBy === principal.actorId) return reject('four-eyes');
    const activeFrom = body.from === undefined ? now : new Date(body.from);
    if (activeFrom < now) return reject('rule-set-in-past');
    const { writtenBy } = set;
    await ruleSets.activate(tx, { brandId, version, writtenBy, activatedBy: principal.actorId, activatedAt: now, activeFrom });
    return created(view({ ...set, activatedBy: principal.actorId, activeFrom }));
  });

const list = ({ ruleSets }: RuleSetParts): Route =>
  query(listRiskRuleSets, async ({ params: { brandId }, query: { limit, cursor }, scope }) => {
    const found = await ruleSets.list(scope, brandId, limit + 1, decodeCursor(cursor, z.int()));
    return ok(page(found, limit, ({ version }) => version, view));
  });

/** The registry of risk rules, and which of them a brand uses. */
export const ruleSetRoutes = (parts: RuleSetParts): Route[] => [readRegistry(), write(parts), activate(parts), list(parts)];
