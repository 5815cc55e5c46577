import type { EventOf, EventType } from '@tributary/contracts';
import type { Subscriptions, Tx } from '@tributary/messaging';
import type { ActivityStore } from './activity/activity-store.js';
import { ofClicks, ofDecision, ofEntry, ofPayment } from './activity/domain/movement.js';
import { counting } from './activity/on-facts.consumer.js';
import type { BrandStore } from './brands/brand-store.js';
import { onConversion } from './outcomes/on-conversion.consumer.js';
import type { OutcomeStore } from './outcomes/outcome-store.js';
import type { QualityStore } from './quality/quality-store.js';
import {
  ofDeal,
  ofDealStatus,
  ofEnrollment,
  ofFundingAccount,
  ofLink,
  ofMessage,
  ofPartner,
  ofPayout,
  ofPeriod,
} from './standings/domain/standing.js';
import { keeping } from './standings/on-changed.consumer.js';
import type { StandingStore } from './standings/standing-store.js';

export interface SubscriptionParts {
  activity: ActivityStore;
  outcomes: OutcomeStore;
  quality: QualityStore;
  standings: StandingStore;
  brands: BrandStore;
}

/** Everything insights listens to. */
export const subscriptions = ({ activity, outcomes, quality, standings, brands }: SubscriptionParts): Subscriptions => ({
  'directory.brand.changed.v1': (tx, events) => brands.save(tx, events),
  'directory.partner.changed.v1': keeping(standings, ofPartner),
  'directory.enrollment.changed.v1': keeping(standings, ofEnrollment),
  'tracking.link.changed.v1': keeping(standings, ofLink),
  'tracking.clicks.counted.v1': counting(activity, ofClicks),
  'tracking.conversion.recorded.v1': onConversion(activity, outcomes, quality),
  'tracking.conversion.attributed.v1': onConversion(activity, outcomes, quality),
  'commission.deal.versioned.v1': keeping(standings, ofDeal),
  'commission.deal.status-changed.v1': keeping(standings, ofDealStatus),
  'commission.entry.accrued.v1': counting(activity, ofEntry),
  'commission.conversion.rated.v1': (tx, events) => outcomes.saveRatings(tx, events),
  'commission.period.closed.v1': keeping(standings, ofPeriod),
  'approvals.commission.approved.v1': counting(activity, ofDecision),
  'approvals.commission.held.v1': counting(activity, ofDecision),
  'approvals.commission.rejected.v1': counting(activity, ofDecision),
  'payouts.funding-account.changed.v1': keeping(standings, ofFundingAccount),
  'payouts.payout.created.v1': keeping(standings, ofPayout),
  'payouts.payout.submitted.v1': keeping(standings, ofPayout),
  'payouts.payout.outcome-unknown.v1': keeping(standings, ofPayout),
  'payouts.payout.failed.v1': keeping(standings, ofPayout),
  'payouts.payout.settled.v1': both(counting(activity, ofPayment), keeping(standings, ofPayout)),
  'payouts.payout.returned.v1': both(counting(activity, ofPayment), keeping(standings, ofPayout)),
  'notifications.message.sent.v1': keeping(standings, ofMessage),
});

type Handling<T extends EventType> = (tx: Tx, events: readonly EventOf<T>[]) => Promise<void>;
const both =
  <T extends EventType>(first: Handling<T>, second: Handling<T>): Handling<T> =>
  async (tx, events) => {
    await first(tx, events);
    await second(tx, events);
  };
