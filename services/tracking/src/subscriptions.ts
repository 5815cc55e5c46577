import type { Subscriptions } from '@tributary/messaging';
import { onBrandChanged, onEnrollmentChanged, onPartnerChanged } from './projections/projections.js';
import type { Tracking } from './tracking.js';

export const subscriptions = ({ kit }: Tracking): Subscriptions => ({
  'directory.brand.changed.v1': onBrandChanged,
  'directory.partner.changed.v1': onPartnerChanged,
  'directory.enrollment.changed.v1': onEnrollmentChanged(kit.outbox, kit.clock),
});
