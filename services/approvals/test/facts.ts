import { type DataOf, type EventOf, newId } from '@tributary/contracts';
import { anEvent } from '@tributary/testkit';

const at = '2026-03-01T00:00:00.000Z';

/** A brand with a partner, and builders of what other services say of them. */
export function aBrandWithPartner(partnerChange: Partial<DataOf<'directory.partner.changed.v1'>> = {}) {
  const [brandId, programId, partnerId, dealId] = [newId('brand'), newId('program'), newId('partner'), newId('deal')];
  const brand = anEvent('directory.brand.changed.v1', {
    brandId,
    name: 'Acme',
    slug: 'acme',
    currency: 'USD',
    timeZone: 'UTC',
    status: 'active',
    defaultProgramId: programId,
    programIds: [programId],
    policy: { attributionWindowDays: 30, holdDays: 0, autoApproveUpTo: 50_000, financeThreshold: 500_000, minimumPayout: 0 },
    changedAt: at,
  });
  const partner = (change: Partial<DataOf<'directory.partner.changed.v1'>> = {}, sequence = 1) =>
    anEvent(
      'directory.partner.changed.v1',
      {
        partnerId,
        type: 'affiliate',
        country: null,
        status: 'active',
        riskLevel: 'low',
        parentId: null,
        tags: [],
        contactCommitment: 'c',
        changedAt: at,
        ...partnerChange,
        ...change,
      },
      { sequence },
    );
  const entry = (amount: number, change: Partial<DataOf<'commission.entry.accrued.v1'>> = {}) => {
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
      currency: 'USD',
      reason: 'accrual',
      adjusts: null,
      occurredAt: at,
      recordedAt: at,
      maturesAt: at,
      period: '2026-03',
      explanationHash: 'a'.repeat(64),
      explanation: {},
      traceparent: null,
      ...change,
    });
  };
  const payout = (runId: string, lines: readonly { entryId: string; amount: number }[]) =>
    anEvent('payouts.payout.created.v1', {
      payoutId: newId('payout'),
      runId,
      partnerId,
      brandId,
      amount: lines.reduce((sum, line) => sum + line.amount, 0),
      currency: 'USD',
      sandbox: true,
      part: 1,
      parts: 1,
      lines: [...lines],
      createdAt: at,
    });
  const sealed = (runId: string, payouts: readonly EventOf<'payouts.payout.created.v1'>[]) =>
    anEvent('payouts.run.sealed.v1', {
      runId,
      contentHash: 'b'.repeat(64),
      payoutIds: payouts.map((one) => one.data.payoutId),
      payouts: payouts.length,
      totals: [],
      builtBy: 'key_a',
      approvedBy: 'key_b',
      sealedAt: at,
    });
  return { brandId, partnerId, brand, partner, entry, payout, sealed };
}
