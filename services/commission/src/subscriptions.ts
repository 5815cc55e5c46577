import type { Outbox, Subscriptions } from '@tributary/messaging';
import type { Clock } from '@tributary/service-kit';
import { onConversionAttributed, onConversionRecorded } from './accrual/on-conversion.consumer.js';
import {
  onCommissionApproved,
  onCommissionHeld,
  onCommissionRejected,
  onPayoutCreated,
  onPayoutFailed,
  onPayoutReturned,
  onPayoutSettled,
  onPayoutSubmitted,
  onWriteOffChanged,
} from './commissions/on-status.consumer.js';
import { onCustomerChanged } from './profiles/on-customer-changed.consumer.js';
import { onBrandChanged, onEnrollmentChanged } from './profiles/on-directory-changed.consumer.js';
import { onNetworkVerdict } from './profiles/on-network-verdict.consumer.js';
import { onPartnerChanged } from './profiles/on-partner-changed.consumer.js';
import type { RefoldStatements } from './shared/months.js';
import type { RateAgain, RateThese } from './shared/rate-again.js';

/** Everything commission listens to. */
export const subscriptions = (parts: {
  outbox: Outbox;
  clock: Clock;
  rateAgain: RateAgain;
  rateThese: RateThese;
  refold: RefoldStatements;
}): Subscriptions => ({
  'directory.brand.changed.v1': onBrandChanged(parts),
  'directory.partner.changed.v1': onPartnerChanged(parts),
  'directory.enrollment.changed.v1': onEnrollmentChanged,
  'tracking.customer.changed.v1': onCustomerChanged(parts),
  'tracking.conversion.recorded.v1': onConversionRecorded(parts),
  'tracking.conversion.attributed.v1': onConversionAttributed(parts),
  'approvals.network-verdict.recorded.v1': onNetworkVerdict(parts),
  'approvals.commission.approved.v1': onCommissionApproved,
  'approvals.commission.held.v1': onCommissionHeld,
  'approvals.commission.rejected.v1': onCommissionRejected,
  'payouts.payout.created.v1': onPayoutCreated(parts),
  'payouts.payout.submitted.v1': onPayoutSubmitted,
  'payouts.payout.settled.v1': onPayoutSettled(parts),
  'payouts.payout.failed.v1': onPayoutFailed,
  'payouts.payout.returned.v1': onPayoutReturned(parts),
  'payouts.write-off.changed.v1': onWriteOffChanged,
});
