import { reassignCustomer } from '@tributary/contracts';
import { command, created, NotYetKnown, type Route, reject } from '@tributary/service-kit';
import { reattributeJob, type Tracking } from '../tracking.js';
import { lockCustomer, record } from './change-customer.js';
import { enrolledIn, saveAssignments } from './customer-store.js';
import { customerChanged, customerView } from './customer-view.js';
import { reassignmentsIn } from './domain/customer-history.js';

/** After this part of the wait for what is not known yet, a missing enrolment is believed to be missing. */
const enrollmentPatience = 0.4;
/** Longer than an intake takes that had read the customer before. */
const againAfterSeconds = 15;

/** P-07: what a customer does from an instant on is another partner's. What was paid stays paid: commission posts the differences. */
export const reassignCustomerRoute = (service: Tracking): Route =>
  command(reassignCustomer, async (request) => {
    const { body, tx, now, context } = request;
    const customer = await lockCustomer(request);
    const programId = await enrolledIn(tx, customer.brandId, body.partnerId);
    if (programId === undefined) throw new NotYetKnown('partner', body.partnerId);
    if (programId === null) {
      const waitedMs = service.kit.clock.now().getTime() - now.getTime();
      if (waitedMs < service.kit.config.notYetKnownWaitMs * enrollmentPatience) throw new NotYetKnown('enrolment of', body.partnerId);
      return reject('partner-not-enrolled', { errors: [{ pointer: '/partnerId', rule: 'partner-not-enrolled' }] });
    }
    const effectiveFrom = new Date(body.effectiveFrom);
    const said = { change: 'reassigned', value: body.partnerId, programId, effectiveFrom, reason: body.reason } as const;
    const changed = await record(request, customer, said);
    await saveAssignments(tx, customer.id, reassignmentsIn(changed.changes));
    await service.kit.outbox.append(tx, context, [customerChanged(changed, now)]);
    const { actorId, actorKind } = context;
    const who = { customerId: customer.id, actorId, actorKind };
    const { changed: conversions, rest } = await service.reattribute(tx, who, now);
    // An intake under way may have read the customer as he was, and nobody here can see what it writes.
    await service.kit.jobs.enqueue(tx, reattributeJob, who, { startAfterSeconds: againAfterSeconds });
    const effect = { conversions, rest: rest === null ? ('none' as const) : ('in-background' as const) };
    return created({ ...customerView(changed, now), effect });
  });
