import type { Outbox } from '@tributary/messaging';
import { type Database, everything, type Job } from '@tributary/service-kit';
import type { CaseStore } from './case-store.js';

export interface CaseDeadlineParts {
  db: Database;
  cases: CaseStore;
  outbox: Outbox;
}
const batch = 500;

/** Tells of cases past their deadline, once each. That is all: nothing that a case holds is ever released by time. */
export const escalateCasesJob = ({ db, cases, outbox }: CaseDeadlineParts): Job => ({
  name: 'escalate-cases',
  schedule: '*/15 * * * *',
  onClock: true,
  run: async (_data, { now }) => {
    while ((await db.tx(everything, (tx) => escalate(tx))) === batch);

    async function escalate(tx: Parameters<Parameters<Database['tx']>[1]>[0]): Promise<number> {
      const overdue = await cases.lockOverdue(tx, now, batch);
      for (const found of overdue)
        await cases.save(
          tx,
          { ...found, escalatedAt: now },
          { action: 'escalated', actorId: 'system:approvals', note: null, evidence: [], at: now },
        );
      await outbox.append(
        tx,
        { correlationId: 'escalate-cases', actorId: 'system:approvals', actorKind: 'system' },
        overdue.map(({ id, brandId, partnerId, rule, assignedTo, dueAt }) => ({
          type: 'approvals.case.escalated.v1' as const,
          subject: id,
          brandId,
          ...(partnerId === null ? {} : { partnerId }),
          time: now,
          data: { caseId: id, brandId, partnerId, rule, assignedTo, dueAt: dueAt.toISOString(), escalatedAt: now.toISOString() },
          context: { correlationId: id, actorId: 'system:approvals', actorKind: 'system' as const },
        })),
      );
      return overdue.length;
    }
  },
});
