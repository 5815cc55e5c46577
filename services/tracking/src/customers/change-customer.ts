import {
  addCustomerKey,
  addCustomerTag,
  excludeCustomer,
  getCustomer,
  newId,
  removeCustomerTag,
  verifyCustomer,
} from '@tributary/contracts';
import { type CommandRequest, command, created, ok, query, Rejected, type Route, reject } from '@tributary/service-kit';
import { customerHash } from '../conversions/domain/content.js';
import type { Tracking } from '../tracking.js';
import { addKey, append, type CustomerRecord, findCustomer } from './customer-store.js';
import { customerChanged, customerView, forPartner } from './customer-view.js';
import { type Change, carries, carriesFrom, tagSpans } from './domain/customer-history.js';

export const getCustomerRoute = (service: Tracking): Route =>
  query(getCustomer, async ({ params, scope, now }) => {
    const customer = await service.kit.db.tx(scope, (tx) => findCustomer(tx, params.customerId));
    if (!customer) return reject('not-found');
    const view = customerView(customer, now);
    return ok(scope.partnerId === undefined ? view : forPartner(view, scope.partnerId));
  });

export const addCustomerTagRoute = (service: Tracking): Route =>
  command(addCustomerTag, async (request) => {
    const { body, now } = request;
    const customer = await lockCustomer(request);
    const from = body.effectiveFrom ? new Date(body.effectiveFrom) : now;
    if (carries(tagSpans(customer.changes), body.tag, from)) return created(customerView(customer, now));
    return created(await recordAndTell(service, request, customer, { change: 'tag-set', value: body.tag, effectiveFrom: from }));
  });

export const removeCustomerTagRoute = (service: Tracking): Route =>
  command(removeCustomerTag, async (request) => {
    const { body, now } = request;
    const customer = await lockCustomer(request);
    const from = body.effectiveFrom ? new Date(body.effectiveFrom) : now;
    if (!carriesFrom(tagSpans(customer.changes), body.tag, from))
      return reject('customer-tag-not-set', { errors: [{ pointer: '/tag', rule: 'customer-tag-not-set' }] });
    return ok(await recordAndTell(service, request, customer, { change: 'tag-ended', value: body.tag, effectiveFrom: from }));
  });

/** The other services know customers by id alone: a key more or less is nothing to tell. */
export const addCustomerKeyRoute = (service: Tracking): Route =>
  command(addCustomerKey, async (request) => {
    const { body, tx, now } = request;
    const customer = await lockCustomer(request);
    const hash = customerHash(customer.brandId, body.key, service.kit.keys.hmac);
    const { ownerId, isNew } = await addKey(tx, customer, hash, newId('customer'), now);
    if (ownerId !== customer.id) return reject('customer-key-taken', { errors: [{ pointer: '/key', rule: 'customer-key-taken' }] });
    if (!isNew) return created(customerView(customer, now));
    const effectiveFrom = body.effectiveFrom ? new Date(body.effectiveFrom) : now;
    return created(customerView(await record(request, customer, { change: 'key-added', value: null, effectiveFrom }), now));
  });

export const verifyCustomerRoute = (service: Tracking): Route =>
  command(verifyCustomer, async (request) => {
    const { body } = request;
    const customer = await lockCustomer(request);
    const effectiveFrom = new Date(body.verifiedAt);
    return created(await recordAndTell(service, request, customer, { change: 'verified', value: body.kind, effectiveFrom }));
  });

export const excludeCustomerRoute = (service: Tracking): Route =>
  command(excludeCustomer, async (request) => {
    const { body } = request;
    const customer = await lockCustomer(request);
    const effectiveFrom = new Date(body.from);
    return created(await recordAndTell(service, request, customer, { change: 'excluded', value: null, effectiveFrom }));
  });

/** The customer of a command, locked. A partner would give customers to himself: he changes none. @throws Rejected */
export async function lockCustomer({ params, tx, principal }: Asking): Promise<CustomerRecord> {
  if (principal.partnerId !== undefined) throw new Rejected('not-permitted', { detail: 'A partner does not change customers' });
  const customer = await findCustomer(tx, params.customerId, { lock: true });
  if (!customer) throw new Rejected('not-found');
  return customer;
}
type Asking = { params: { customerId: string } } & Pick<CommandRequest, 'tx' | 'principal'>;

type Said = Pick<Change, 'change' | 'value' | 'effectiveFrom'> & Partial<Pick<Change, 'programId' | 'reason'>>;
type Writing = Pick<CommandRequest, 'tx' | 'now' | 'context'>;

/** Appends to what was recorded of a locked customer and answers him as he is then. */
export async function record({ tx, now, context }: Writing, customer: CustomerRecord, said: Said): Promise<CustomerRecord> {
  const number = (customer.changes.at(-1)?.number ?? 0) + 1;
  const change: Change = { programId: null, reason: null, ...said, number, recordedAt: now, recordedBy: context.actorId };
  await append(tx, customer, change);
  return { ...customer, changes: [...customer.changes, change] };
}

async function recordAndTell(service: Tracking, request: Writing, customer: CustomerRecord, said: Said) {
  const changed = await record(request, customer, said);
  await service.kit.outbox.append(request.tx, request.context, [customerChanged(changed, request.now)]);
  return customerView(changed, request.now);
}
