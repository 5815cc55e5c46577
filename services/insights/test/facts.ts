import { type DataOf, type EventOf, newId } from '@tributary/contracts';
import { anEvent } from '@tributary/testkit';

const hash = 'a'.repeat(64);

/** A brand, and builders of what the services say of one partner's activity there. Berlin is an hour or two ahead of UTC. */
export function aBrand(change: Partial<DataOf<'directory.brand.changed.v1'>> = {}) {
  const [brandId, programId, partnerId, dealId, linkId] = [
    newId('brand'),
    newId('program'),
    newId('partner'),
    newId('deal'),
    newId('link'),
  ];
  const at = '2026-03-01T10:00:00.000Z';
  const brand = anEvent('directory.brand.changed.v1', {
    brandId,
    name: 'Acme',
    slug: 'acme',
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    status: 'active',
    defaultProgramId: programId,
    programIds: [programId],
    policy: { attributionWindowDays: 30, holdDays: 0, autoApproveUpTo: 50_000, financeThreshold: 500_000, minimumPayout: 0 },
    changedAt: at,
    ...change,
  });
  const clicks = (count: number, minute: string) =>
    anEvent('tracking.clicks.counted.v1', {
      countId: `count ${newId('click')}`,
      partnerId,
      brandId,
      linkId,
      minute,
      clicks: count,
      uniqueClicks: 1,
    });
  const conversionData = (given: Partial<DataOf<'tracking.conversion.recorded.v1'>> = {}): DataOf<'tracking.conversion.recorded.v1'> => ({
    conversionId: newId('conversion'),
    eventId: newId('event'),
    kind: 'sale',
    brandId,
    programId,
    customerId: null,
    occurredAt: at,
    receivedAt: at,
    amount: 10_000,
    currency: 'EUR',
    originalEventId: null,
    originalConversionId: null,
    partnerId,
    unattributedReason: null,
    attribution: null,
    contentHash: hash,
    attributesCommitment: null,
    source: 'api',
    ...given,
  });
  const recorded = (given: Partial<DataOf<'tracking.conversion.recorded.v1'>> = {}) =>
    anEvent('tracking.conversion.recorded.v1', conversionData(given));
  const attributed = (of: EventOf<'tracking.conversion.recorded.v1'>) =>
    anEvent('tracking.conversion.attributed.v1', { ...of.data, partnerId, unattributedReason: null });
  const rated = (conversionId: string, outcome: DataOf<'commission.conversion.rated.v1'>['outcome'], rating = 1) =>
    anEvent('commission.conversion.rated.v1', { conversionId, brandId, partnerId, outcome, reason: null, rating, ratedAt: at });
  const entry = (amount: number, occurredAt = at, change: Partial<DataOf<'commission.entry.accrued.v1'>> = {}) => {
    const conversionId = newId('conversion');
    return anEvent('commission.entry.accrued.v1', {
      entryId: newId('entry'),
      scope: `${conversionId}/sale`,
      partnerId,
      brandId,
      programId,
      dealId,
      dealVersion: 1,
      dealAuthorId: 'key_author',
      engineVersion: 'engine-1',
      conversionId,
      causeConversionId: conversionId,
      component: 'sale',
      amount,
      currency: 'EUR',
      reason: 'accrual',
      adjusts: null,
      occurredAt,
      recordedAt: at,
      maturesAt: at,
      period: '2026-03',
      explanationHash: hash,
      explanation: {},
      traceparent: null,
      ...change,
    });
  };
  const decided = (word: 'approved' | 'held' | 'rejected', of: EventOf<'commission.entry.accrued.v1'>, decision = 1, decidedAt = at) =>
    anEvent(`approvals.commission.${word}.v1`, {
      approvalId: newId('approval'),
      entryId: of.data.entryId,
      partnerId,
      brandId,
      amount: of.data.amount,
      currency: 'EUR',
      decidedBy: 'automatic',
      automatic: true,
      route: 'small',
      reason: null,
      decidedAt,
      decision,
    });
  const paid = (word: 'settled' | 'returned', amount: number, when = at, payoutId = newId('payout')) =>
    anEvent(`payouts.payout.${word}.v1`, {
      payoutId,
      runId: newId('run'),
      partnerId,
      brandId,
      amount,
      currency: 'EUR',
      sandbox: true,
      rail: 'simulated-api',
      railKey: 'k',
      railReference: null,
      reason: null,
      contentHash: hash,
      at: when,
    });
  return { brandId, partnerId, brand, clicks, recorded, attributed, rated, entry, decided, paid };
}

/** A day's work, in its natural order: every counter moves, some facts are superseded, one rating is replaced. */
export function aDay() {
  const scene = aBrand();
  const { brand, clicks, recorded, attributed, rated, entry, decided, paid } = scene;
  const [sale, stray, lead] = [
    recorded(),
    recorded({ partnerId: null, unattributedReason: 'customer-unknown' }),
    recorded({ kind: 'lead', amount: null, currency: null }),
  ];
  const refund = recorded({ kind: 'refund', amount: 4_000, originalEventId: 'x' });
  const [big, small] = [entry(1_000), entry(-400)];
  const events: EventOf[] = [
    brand,
    clicks(7, '2026-03-01T10:01:00.000Z'),
    clicks(3, '2026-03-01T22:59:00.000Z'),
    clicks(5, '2026-03-01T23:00:00.000Z'),
    sale,
    stray,
    attributed(stray),
    lead,
    refund,
    rated(sale.data.conversionId, 'held'),
    rated(sale.data.conversionId, 'commission', 2),
    rated(stray.data.conversionId, 'rejected'),
    rated(refund.data.conversionId, 'reversal'),
    big,
    small,
    decided('held', big),
    decided('approved', big, 2),
    decided('rejected', small),
    paid('settled', 1_000),
    paid('settled', 250),
    paid('returned', 250, '2026-03-05T10:00:00.000Z'),
  ];
  return { ...scene, events };
}
