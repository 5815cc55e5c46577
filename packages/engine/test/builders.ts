import type { Conversion, DealVersion, FoldInput, Terms } from '../src/index.js';

/** A sale of 100.00 EUR by partner `ptr_a` on 15 March 2026. */
export const aSale = (overrides: Partial<Conversion> = {}): Conversion => ({
  conversionId: 'cnv_1',
  eventId: 'order-1',
  kind: 'sale',
  brandId: 'brd_a',
  programId: 'prg_a',
  partnerId: 'ptr_a',
  occurredAt: '2026-03-15T12:00:00.000Z',
  amount: 10_000n,
  currency: 'EUR',
  originalConversionId: null,
  ...overrides,
});

/** A refund of the sale: of `amount`, or of everything. */
export const aRefund = (amount: bigint | null, overrides: Partial<Conversion> = {}): Conversion =>
  aSale({
    conversionId: `cnv_r${amount ?? 'all'}`,
    eventId: `refund-${amount ?? 'all'}`,
    kind: 'refund',
    occurredAt: '2026-03-20T12:00:00.000Z',
    amount,
    currency: amount === null ? null : 'EUR',
    originalConversionId: 'cnv_1',
    ...overrides,
  });

export const aDeal = (terms: Terms, overrides: Partial<DealVersion> = {}): DealVersion => ({
  dealId: 'deal_a',
  version: 1,
  partnerId: 'ptr_a',
  brandId: 'brd_a',
  programId: null,
  effectiveFrom: '2026-01-01T00:00:00.000Z',
  recordedAt: '2026-01-01T00:00:00.000Z',
  terms,
  status: 'active',
  ...overrides,
});

export const percentage = (rate: string): Terms => ({ components: [{ on: 'sale', model: 'percentage', rate }] });

export const facts = (original: Conversion, terms: Terms, refunds: readonly Conversion[] = []): FoldInput => ({
  original,
  refunds,
  versions: [aDeal(terms)],
  brandCurrency: 'EUR',
});
