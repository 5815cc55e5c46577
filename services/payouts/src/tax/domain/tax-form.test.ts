import { expect, test } from '@jest/globals';
import { type FormFacts, standingOn } from './standing.js';
import { expiryOf, type HandedIn, problemsOfForm } from './tax-form.js';

const w9: HandedIn = {
  kind: 'W-9',
  name: 'Ada Example',
  classification: 'individual',
  subjectToBackupWithholding: false,
  address: { country: 'US' },
  tin: { type: 'ssn', value: '536-90-4399' },
  signedOn: '2026-03-01',
  signedBy: 'Ada Example',
};
const w8: HandedIn = {
  kind: 'W-8BEN',
  name: 'Åsa Öberg',
  citizenship: 'SE',
  address: { country: 'SE' },
  foreignTin: '19811228-9874',
  treaty: { country: 'SE', article: 'Article 14', rate: '0' },
  signedOn: '2026-03-01',
  signedBy: 'Åsa Öberg',
};
const today = '2026-03-02';
const pointers = (form: object) => problemsOfForm(form as HandedIn, today).map(({ pointer }) => pointer);

test('O-14 forms that are as they should be have no problem, nor has a refusal', () => {
  expect([pointers(w9), pointers(w8), pointers({ kind: 'refusal', refuses: 'W-9', reason: 'will not' })]).toEqual([[], [], []]);
  expect(pointers({ ...w9, classification: 'c-corporation', tin: { type: 'ein', value: '04-2103594' } })).toEqual([]);
  expect(
    pointers({ ...w8, kind: 'W-8BEN-E', citizenship: undefined, incorporatedIn: 'SE', tin: { type: 'ein', value: '04-2103594' } }),
  ).toEqual([]);
  expect(pointers({ ...w9, signedOn: today })).toEqual([]);
});

test.each<[string, object, string]>([
  ['a W-9 signed tomorrow', { ...w9, signedOn: '2026-03-03' }, '/signedOn'],
  ['a W-8 that has run out', { ...w8, signedOn: '2022-12-31' }, '/signedOn'],
  ['a number that cannot be', { ...w9, tin: { type: 'ssn', value: '000-90-4399' } }, '/tin/value'],
  ['an entity without EIN', { ...w9, classification: 'partnership' }, '/tin/type'],
  ['a W-9 from abroad', { ...w9, address: { country: 'SE' } }, '/address/country'],
  ['a W-8 of a US citizen', { ...w8, citizenship: 'US' }, '/citizenship'],
  ['a W-8 of a US entity', { ...w8, kind: 'W-8BEN-E', citizenship: undefined, incorporatedIn: 'US' }, '/incorporatedIn'],
  ['a W-8 from the US', { ...w8, address: { country: 'US' }, treaty: undefined }, '/address/country'],
  ['a W-8 with a wrong US number', { ...w8, tin: { type: 'itin', value: '812-70-3456' } }, '/tin/value'],
  [
    'an entity with a number of a person',
    { ...w8, kind: 'W-8BEN-E', citizenship: undefined, tin: { type: 'itin', value: '912-70-3456' } },
    '/tin/type',
  ],
  ['a treaty of another country', { ...w8, treaty: { country: 'DE', article: 'Article 14', rate: '0' } }, '/treaty/country'],
  ['a treaty rate above the rate', { ...w8, treaty: { country: 'SE', article: 'Article 14', rate: '0.300001' } }, '/treaty/rate'],
  ['a treaty rate below nothing', { ...w8, treaty: { country: 'SE', article: 'Article 14', rate: '-0.1' } }, '/treaty/rate'],
  ['a treaty without a number', { ...w8, foreignTin: undefined }, '/foreignTin'],
])('O-14 %s is refused', (_name, form, pointer) => {
  expect(pointers(form)).toEqual([pointer]);
});

test('O-14 a W-8 counts to the end of the third year after it was signed, a W-9 until another comes', () => {
  expect(expiryOf({ kind: 'W-8BEN', signedOn: '2023-01-01' })).toBe('2026-12-31');
  expect(expiryOf({ kind: 'W-8BEN-E', signedOn: '2023-12-31' })).toBe('2026-12-31');
  expect(expiryOf({ kind: 'W-9', signedOn: '2000-01-01' })).toBeNull();
});

const facts = (version: number, more: Partial<FormFacts> = {}): FormFacts => ({
  id: `txf_${version}`,
  version,
  kind: 'W-8BEN',
  refuses: null,
  backupWithholding: false,
  corporation: false,
  treatyRate: null,
  signedOn: '2023-05-05',
  expiresOn: '2026-12-31',
  status: 'verified',
  countsFrom: '2026-01-10',
  ...more,
});
const refusal = (version: number) =>
  facts(version, { kind: 'refusal', refuses: 'W-9', status: 'refused', expiresOn: null, countsFrom: '2026-02-01' });
const waiting = (version: number) => facts(version, { status: 'pending', countsFrom: null });
const declined = (version: number) => facts(version, { status: 'declined', countsFrom: null });

test.each<[string, FormFacts[], string, string, number | undefined]>([
  ['nothing', [], '2026-03-01', 'none', undefined],
  ['one that waits', [waiting(1)], '2026-03-01', 'pending', undefined],
  ['one that was declined', [declined(1)], '2026-03-01', 'none', undefined],
  ['one not verified by then', [facts(1)], '2026-01-09', 'none', undefined],
  ['one that counts', [facts(1)], '2026-01-10', 'valid', 1],
  ['one on its last day', [facts(1)], '2026-12-31', 'valid', 1],
  ['one that has run out', [facts(1)], '2027-01-01', 'expired', 1],
  ['a newer one that waits', [facts(1), waiting(2)], '2026-03-01', 'valid', 1],
  ['a newer one that counts', [facts(2), facts(1)], '2026-03-01', 'valid', 2],
  ['a refusal after it', [facts(1), refusal(2)], '2026-03-01', 'refused', 2],
  ['a form after the refusal', [refusal(1), facts(2)], '2026-03-01', 'valid', 2],
])('O-14 with %s', (_name, forms, day, status, version) => {
  const standing = standingOn(forms, day);
  expect([standing.status, standing.form?.version]).toEqual([status, version]);
});
