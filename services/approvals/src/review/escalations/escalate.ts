import type { NewEvent, Outbox } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { type Database, everything, type Job } from '@tributary/service-kit';
import type { Escalated, EscalationStore } from './escalation-store.js';

/** How many are escalated in one transaction. */
const atOnce = 500;

export interface EscalationParts {
  db: Database;
  escalations: EscalationStore;
  outbox: Outbox;
}

/** Tells of each stage that is late, once. It decides nothing: what nobody decides is never paid. */
export const escalateJob = ({ db, escalations, outbox }: EscalationParts): Job => ({
  name: 'escalate-late-approvals',
  everySeconds: 60,
  onClock: true,
  async run(_data, { now }) {
    const context = { correlationId: 'escalation', actorId: 'system:approvals', actorKind: 'system' } as const;
    for (let found = atOnce; found === atOnce; ) {
      found = await db.tx(everything, async (tx) => {
        const late = await escalations.escalate(tx, now, atOnce);
        if (late.length > 0)
          await outbox.append(
            tx,
            context,
            late.map((one) => escalatedEvent(one, now)),
          );
        return late.length;
      });
    }
  },
});

const escalatedEvent = ({ amount, dueAt, ...late }: Escalated, now: Date): NewEvent<'approvals.commission.escalated.v1'> => ({
  type: 'approvals.commission.escalated.v1',
  subject: late.entryId,
  partnerId: late.partnerId,
  brandId: late.brandId,
  time: now,
  data: { ...late, amount: toWireAmount(amount), dueAt: dueAt.toISOString(), escalatedAt: now.toISOString() },
});
