import { assignRiskCase, getRiskCase, listRiskCases, noteRiskCase, resolveRiskCase } from '@tributary/contracts';
import type { Outbox } from '@tributary/messaging';
import { command, created, decodeIdCursor, ok, page, query, type Route, reject } from '@tributary/service-kit';
import type { ApprovalStore } from '../review/approval-store.js';
import { deciderOf } from '../shared/decider.js';
import type { HitStore } from '../shared/hit-store.js';
import type { PublishDecisions } from '../shared/strike.js';
import type { CaseInFull, CaseStore, CaseWithCount } from './case-store.js';
import { resolve } from './domain/risk-case.js';

export interface CaseParts {
  approvals: ApprovalStore;
  cases: CaseStore;
  hits: HitStore;
  outbox: Outbox;
  publishDecisions: PublishDecisions;
}

export const caseView = (found: CaseWithCount) => ({
  id: found.id,
  brandId: found.brandId,
  partnerId: found.partnerId,
  rule: found.rule,
  status: found.status,
  assignedTo: found.assignedTo,
  openedAt: found.openedAt.toISOString(),
  dueAt: found.dueAt.toISOString(),
  escalatedAt: found.escalatedAt?.toISOString() ?? null,
  resolution: found.resolution,
  resolvedBy: found.resolvedBy,
  resolvedAt: found.resolvedAt?.toISOString() ?? null,
  hits: found.hits,
});
const fullView = ({ hitIds, approvalIds, history, ...found }: CaseInFull) => ({
  ...caseView(found),
  hitIds,
  approvalIds,
  history: history.map(({ at, evidence, ...step }) => ({ ...step, evidence: [...evidence], at: at.toISOString() })),
});

const list = ({ cases }: CaseParts): Route =>
  query(listRiskCases, async ({ query: { limit, cursor, ...filter }, scope }) => {
    const found = await cases.list(scope, filter, limit + 1, decodeIdCursor(cursor));
    return ok(page(found, limit, ({ id }) => id, caseView));
  });
const read = ({ cases }: CaseParts): Route =>
  query(getRiskCase, async ({ params, scope }) => {
    const found = await cases.find(scope, params.caseId);
    return found ? ok(fullView(found)) : reject('not-found');
  });

const assign = ({ cases }: CaseParts): Route =>
  command(assignRiskCase, async ({ tx, params, body, principal, now }) => {
    const found = await cases.lock(tx, params.caseId);
    if (!found) return reject('not-found');
    if (found.status === 'resolved') return reject('case-already-resolved');
    const assigned = { ...found, status: 'assigned' as const, assignedTo: body.assigneeId };
    const note = body.note ?? null;
    await cases.save(tx, assigned, { action: 'assigned', actorId: principal.actorId, note, evidence: [body.assigneeId], at: now });
    return ok(caseView(assigned));
  });

const addNote = ({ cases }: CaseParts): Route =>
  command(noteRiskCase, async ({ tx, params, body: { note, evidence }, principal, now }) => {
    const found = await cases.lock(tx, params.caseId);
    if (!found) return reject('not-found');
    if (found.status === 'resolved') return reject('case-already-resolved');
    await cases.save(tx, found, { action: 'note', actorId: principal.actorId, note, evidence, at: now });
    return created(caseView(found));
  });

/** Decides on all that a case holds at once, with the brand's risk alone: no hit and no entry comes in between. */
const close = ({ approvals, cases, hits, publishDecisions }: CaseParts): Route =>
  command(resolveRiskCase, async ({ tx, params, body, principal, now, context }) => {
    const seen = await cases.brandOf(tx, params.caseId);
    if (seen === undefined) return reject('not-found');
    await hits.lockBrands(tx, [seen]);
    const found = await cases.lock(tx, params.caseId);
    if (!found) return reject('not-found');
    if (found.status === 'resolved') return reject('case-already-resolved');
    const own = await cases.hitsOf(tx, found.id);
    const holds = await cases.heldBy(tx, found.id);
    const locked = await approvals.lockAll(tx, found.brandId, [...holds.keys()]);
    const standings = await approvals.standing(tx, [...holds.keys()]);
    const held = locked.flatMap((approval) => {
      const standing = standings.get(approval.id);
      return standing ? [{ approval, own, standing, heldOtherwise: holds.get(approval.id)?.heldOtherwise ?? false }] : [];
    });
    const resolved = resolve(held, own, { caseId: found.id, ...body }, deciderOf(principal), now);
    if ('rejected' in resolved) return reject(resolved.rejected);
    await publishDecisions(tx, context, resolved.changed, now);
    const closed = { ...found, status: 'resolved' as const, resolution: body.resolution, resolvedBy: principal.actorId, resolvedAt: now };
    const evidence = resolved.changed.map(({ id }) => id);
    await cases.save(tx, closed, {
      action: 'resolved',
      actorId: principal.actorId,
      note: `${body.resolution}: ${body.reason}`,
      evidence,
      at: now,
    });
    return ok(caseView(closed));
  });

/** What was found against partners, and what becomes of it. */
export const caseRoutes = (parts: CaseParts): Route[] => [list(parts), read(parts), assign(parts), addNote(parts), close(parts)];
