import type { Subscriptions } from '@tributary/messaging';
import { onArrivals } from './conversions/attribute-waiting.js';
import { onBrandChanged, onEnrollmentChanged, onPartnerChanged } from './projections/projections.js';
import type { Tracking } from './tracking.js';

export const subscriptions = ({ kit }: Tracking): Subscriptions => ({
  'directory.brand.changed.v1': onBrandChanged,
  'directory.partner.changed.v1': onPartnerChanged,
  'directory.enrollment.changed.v1': onEnrollmentChanged((tx, arrivals) => onArrivals(tx, kit.outbox, arrivals, kit.clock.now())),
});
