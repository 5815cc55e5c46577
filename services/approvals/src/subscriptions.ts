import type { Subscriptions } from '@tributary/messaging';
import { type ClearanceParts, onPayoutCreated, onRunSealed } from './clearance/clear-run.consumer.js';
import { onBrandChanged, onPartnerChanged } from './profiles/on-directory-changed.consumer.js';
import { onEntryAccrued, type ReviewParts } from './review/on-entry-accrued.consumer.js';
import { onConversionTold, onPayoutMethodChanged, onSubjectErased, type RiskParts } from './risk/on-facts.consumer.js';

/** Everything approvals listens to. */
export const subscriptions = (parts: ClearanceParts & ReviewParts & RiskParts): Subscriptions => ({
  'directory.brand.changed.v1': onBrandChanged(parts.profiles),
  'directory.partner.changed.v1': onPartnerChanged(parts.profiles),
  'commission.entry.accrued.v1': onEntryAccrued(parts),
  'tracking.conversion.recorded.v1': onConversionTold(parts),
  'tracking.conversion.attributed.v1': onConversionTold(parts),
  'payouts.payout-method.changed.v1': onPayoutMethodChanged(parts),
  'directory.subject.erased.v1': onSubjectErased(parts),
  'payouts.payout.created.v1': onPayoutCreated(parts),
  'payouts.run.sealed.v1': onRunSealed(parts),
});
