import type { Subscriptions } from '@tributary/messaging';
import { onCommissionDecided } from './entries/on-commission-decided.js';
import { onEntryAccrued } from './entries/on-entry-accrued.js';
import { onErasureConfirmed } from './erasure/on-erasure-confirmed.js';
import { onSubjectErased } from './erasure/on-subject-erased.js';
import { onFxRateRecorded } from './exchange/on-fx-rate-recorded.js';
import type { Parts } from './parts.js';
import { onBrandChanged, onEnrollmentChanged, onPartnerChanged } from './profiles/on-directory-changed.js';
import { onRoutingPolicy } from './routing/on-routing-policy.js';
import { onRunCleared, onRunRefused } from './runs/on-run-decided.js';
import { onRunRecalled } from './runs/on-run-recalled.js';

export const subscriptions = (parts: Parts): Subscriptions => ({
  'directory.brand.changed.v1': onBrandChanged(parts),
  'directory.partner.changed.v1': onPartnerChanged,
  'directory.enrollment.changed.v1': onEnrollmentChanged,
  'directory.erasure.confirmed.v1': onErasureConfirmed(parts),
  'directory.subject.erased.v1': onSubjectErased(parts),
  'commission.fx-rate.recorded.v1': onFxRateRecorded,
  'commission.entry.accrued.v1': onEntryAccrued(parts),
  'approvals.commission.approved.v1': onCommissionDecided(parts, 'approved'),
  'approvals.commission.held.v1': onCommissionDecided(parts, 'held'),
  'approvals.commission.rejected.v1': onCommissionDecided(parts, 'rejected'),
  'approvals.run.cleared.v1': onRunCleared(parts),
  'approvals.run.refused.v1': onRunRefused(parts),
  'approvals.run.recalled.v1': onRunRecalled(parts),
  'approvals.routing-policy.accepted.v1': onRoutingPolicy,
});
