import type { z } from 'zod';
import type { EventDefinition } from './define-event.js';
import type { Envelope } from './envelope.js';
import * as accountStatements from './events/account-statements.js';
import * as approvals from './events/approvals.js';
import * as commission from './events/commission.js';
import * as directory from './events/directory.js';
import * as erasure from './events/erasure.js';
import * as exchange from './events/exchange.js';
import * as fx from './events/fx.js';
import * as others from './events/others.js';
import * as payoutFreezes from './events/payout-freezes.js';
import * as payouts from './events/payouts.js';
import * as tax from './events/payouts-tax.js';
import * as receivables from './events/receivables.js';
import * as reconciliation from './events/reconciliation.js';
import * as statements from './events/statements.js';
import * as tracking from './events/tracking.js';

/** Every event of the house. Topology, docs, tests and types all come from this one list. */
const definitions = [
  directory.brandChanged,
  directory.partnerChanged,
  directory.enrollmentChanged,
  erasure.erasureConfirmed,
  erasure.erasureAnswered,
  erasure.subjectErased,
  tracking.linkChanged,
  tracking.customerChanged,
  tracking.clicksCounted,
  tracking.conversionRecorded,
  tracking.conversionAttributed,
  commission.dealVersioned,
  commission.dealStatusChanged,
  commission.entryAccrued,
  commission.conversionRated,
  commission.periodClosed,
  fx.fxRateRecorded,
  statements.statementIssued,
  approvals.commissionApproved,
  approvals.commissionHeld,
  approvals.commissionRejected,
  approvals.commissionEscalated,
  approvals.runCleared,
  approvals.runRefused,
  approvals.routingPolicyAccepted,
  approvals.delegationChanged,
  approvals.caseEscalated,
  approvals.runRecalled,
  approvals.partnerBanned,
  approvals.networkVerdictRecorded,
  payouts.ledgerPosted,
  payouts.fundingAccountChanged,
  payouts.payoutMethodChanged,
  payouts.payoutScheduleChanged,
  payoutFreezes.payoutFreezeChanged,
  payouts.payoutLimitsChanged,
  receivables.receivableWrittenOff,
  receivables.payoutReversed,
  exchange.exchangePolicyChanged,
  payouts.payoutCreated,
  payouts.runApproved,
  payouts.runSealed,
  payouts.payoutSubmitted,
  payouts.payoutUnknown,
  payouts.payoutSettled,
  payouts.payoutFailed,
  payouts.payoutReturned,
  payouts.writeOffChanged,
  accountStatements.accountStatementIssued,
  tax.taxFormChanged,
  tax.vatRegistrationChanged,
  tax.selfBillingAgreementChanged,
  tax.selfBilledInvoiceIssued,
  reconciliation.payoutResolvedByHand,
  reconciliation.bankReportRead,
  reconciliation.reconciliationResolved,
  others.apiKeyChanged,
  others.clockMoved,
  others.messageSent,
] as const;

type Definition = (typeof definitions)[number];
export type EventType = Definition['type'];
/** The data of an event, by its type name. */
export type DataOf<T extends EventType> = z.infer<Extract<Definition, { type: T }>['schema']>;
/** An envelope whose type and data belong together. */
export type EventOf<T extends EventType = EventType> = { [K in T]: Envelope<K, DataOf<K>> }[T];

/** Audit archives every event, so it stands among the consumers of each. */
function archived(definition: EventDefinition): EventDefinition {
  return { ...definition, consumers: [...definition.consumers, 'audit'] };
}

export type Catalogue = ReadonlyMap<string, EventDefinition>;
export const catalogue: Catalogue = new Map(
  definitions.map((definition) => [definition.type, archived(definition as unknown as EventDefinition)]),
);

/** The definition of a type, or undefined when the catalogue does not know it. */
export function definitionOf(type: string): EventDefinition | undefined {
  return catalogue.get(type);
}
