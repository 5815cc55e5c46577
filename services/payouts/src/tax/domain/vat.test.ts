import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { invoiceDocument, invoiceText } from './invoice-document.js';
import { type Agreement, agreementOn, lastDayOf, type Registration, registrationOn, vatOf } from './vat.js';

const registration = (more: Partial<Registration> = {}): Registration => ({
  id: 'vat_1',
  version: 1,
  country: 'GB',
  numberHint: '***0684',
  rate: '0.20',
  validFrom: '2026-01-01',
  validUntil: null,
  status: 'verified',
  ...more,
});
const agreement = (more: Partial<Agreement> = {}): Agreement => ({
  id: 'sba_1',
  validFrom: '2026-01-01',
  validUntil: '2026-12-31',
  status: 'agreed',
  endsOn: null,
  ...more,
});
const facts = { brandCountry: 'GB', registrations: [registration()], agreements: [agreement()], day: '2026-03-02' };

test('WE-63 1,000.00 net at 20 %: VAT 200.00; without a number 0.00', () => {
  expect(vatOf(facts, 100_000n)).toMatchObject({
    amount: 20_000n,
    rate: '0.20',
    treatment: 'charged',
    reason: 'domestic',
    agreementId: 'sba_1',
  });
  const none = { amount: 0n, treatment: 'none', agreementId: null };
  expect(vatOf({ ...facts, registrations: [] }, 100_000n)).toMatchObject({ ...none, reason: 'no-vat-number' });
});

test.each<[string, object, object]>([
  ['no tax profile', { brandCountry: null }, { amount: 0n, treatment: 'none', reason: 'brand-without-tax-profile' }],
  ['no agreement', { agreements: [] }, { amount: 0n, treatment: 'none', reason: 'no-agreement' }],
  ['an agreement that nobody consented to', { agreements: [agreement({ status: 'offered' })] }, { reason: 'no-agreement' }],
  ['an agreement before it begins', { agreements: [agreement({ validFrom: '2026-03-03' })] }, { reason: 'no-agreement' }],
  ['an agreement on its first day', { agreements: [agreement({ validFrom: '2026-03-02' })] }, { amount: 20_000n }],
  ['an agreement on its last day', { agreements: [agreement({ validUntil: '2026-03-02' })] }, { amount: 20_000n }],
  ['an agreement after its last day', { agreements: [agreement({ validUntil: '2026-03-01' })] }, { reason: 'no-agreement' }],
  ['an agreement ended that day', { agreements: [agreement({ status: 'ended', endsOn: '2026-03-02' })] }, { amount: 20_000n }],
  ['an agreement ended before', { agreements: [agreement({ status: 'ended', endsOn: '2026-03-01' })] }, { reason: 'no-agreement' }],
  ['a number that nobody has verified', { registrations: [registration({ status: 'pending' })] }, { reason: 'no-vat-number' }],
  ['a number before its day', { registrations: [registration({ validFrom: '2026-03-03' })] }, { reason: 'no-vat-number' }],
  ['a number on its last day', { registrations: [registration({ validUntil: '2026-03-02' })] }, { amount: 20_000n }],
  ['a number after its last day', { registrations: [registration({ validUntil: '2026-03-01' })] }, { reason: 'no-vat-number' }],
  [
    'a number that was given back',
    { registrations: [registration(), registration({ version: 2, numberHint: null })] },
    { reason: 'no-vat-number' },
  ],
  ['a newer rate', { registrations: [registration({ version: 2, rate: '0.05' }), registration()] }, { amount: 5_000n }],
  [
    'another country of the EU',
    { brandCountry: 'DE', registrations: [registration({ country: 'FR' })] },
    { amount: 0n, treatment: 'reverse-charge', agreementId: 'sba_1' },
  ],
  ['a country outside the EU', { brandCountry: 'DE' }, { amount: 0n, treatment: 'none', reason: 'other-country' }],
])('O-15 with %s', (_name, changed, expected) => {
  expect(vatOf({ ...facts, ...changed }, 100_000n)).toMatchObject(expected);
});

test('O-15 VAT is never below zero, never more than the net, and nothing is charged without a number and an agreement', () => {
  const someRegistration = fc.record({
    country: fc.constantFrom('GB', 'DE', 'FR', 'US'),
    status: fc.constantFrom('verified' as const, 'pending' as const),
  });
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
      fc.array(someRegistration, { maxLength: 2 }),
      fc.constantFrom<Agreement['status']>('offered', 'agreed'),
      fc.constantFrom('GB', 'DE', null),
      (net, some, status, brandCountry) => {
        const registrations = some.map((each, index) => registration({ ...each, version: index + 1 }));
        const agreements = [agreement({ status })];
        const vat = vatOf({ brandCountry, registrations, agreements, day: '2026-03-02' }, net);
        expect(vat.amount >= 0n && (net <= 0n ? vat.amount === 0n : vat.amount <= net)).toBe(true);
        const both = registrationOn(registrations, '2026-03-02') && agreementOn(agreements, '2026-03-02');
        if (vat.amount > 0n || vat.treatment !== 'none') expect(both).not.toBeNull();
        expect(vat.agreementId === null).toBe(vat.treatment === 'none');
      },
    ),
  );
});

test.each([
  ['2026-01-01', '2026-12-31'],
  ['2026-03-15', '2027-03-14'],
  ['2024-02-29', '2025-02-27'],
  ['2023-03-01', '2024-02-29'],
])('O-15 an agreement from %s lasts until %s at most', (from, until) => {
  expect(lastDayOf(from)).toBe(until);
});

const party = { name: 'Åsa Öberg', address: '1 High Street\nLondon', country: 'GB', vatNumber: 'GB980780684' };
const invoice = {
  kind: 'invoice' as const,
  number: 7,
  corrects: null,
  issuedOn: '2026-03-04',
  taxPoint: '2026-03-02',
  supplier: party,
  customer: { ...party, name: 'Brand Ltd', vatNumber: null },
  payoutId: 'pyt_1',
  currency: 'GBP',
  net: 100_000n,
  rate: '0.20',
  vat: 20_000n,
  treatment: 'charged' as const,
};

test('WE-63 the document says 1,000.00, 200.00 and 1,200.00, and what each country wants to read', () => {
  const document = invoiceDocument(invoice);
  expect(document).toMatchObject({ title: 'Self-billing invoice', net: '1000.00', vat: '200.00', gross: '1200.00' });
  expect(document.notes).toEqual(['Self-billing', 'The VAT shown is your output tax due to HMRC']);
  const text = invoiceText(document);
  for (const words of ['Self-billing invoice 7', 'VAT number GB980780684', 'Gross  1200.00 GBP', 'tax point 2026-03-02', 'due to HMRC'])
    expect(text).toContain(words);
  const german = { ...invoice, supplier: { ...party, country: 'DE' }, currency: 'EUR' };
  expect(invoiceDocument(german).notes).toEqual(['Self-billing']);
  expect(invoiceDocument({ ...german, treatment: 'reverse-charge', vat: 0n }).notes).toEqual(['Self-billing', 'Reverse charge']);
  expect(invoiceDocument({ ...invoice, supplier: { ...party, country: 'NO' } }).notes).toEqual([
    'Self-billing',
    'The VAT shown is your output tax',
  ]);
  const credit = invoiceText(invoiceDocument({ ...invoice, kind: 'credit-note', number: 8, corrects: 7 }));
  expect(credit).toContain('Self-billing credit note 8\ncorrects invoice 7');
});
