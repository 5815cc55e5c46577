import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { necDue } from './nec.js';
import type { FormFacts, Standing } from './standing.js';
import { ruleOn, type TaxRule } from './tax-rules.js';
import { type WithholdingFacts, withholdingOf } from './withholding.js';

const rules: TaxRule[] = [
  { kind: 'backup-withholding-rate', validFrom: '1900-01-01', revision: 1, value: '0.28' },
  { kind: 'backup-withholding-rate', validFrom: '2018-01-01', revision: 1, value: '0.24' },
  { kind: 'nonresident-withholding-rate', validFrom: '1900-01-01', revision: 1, value: '0.30' },
  { kind: '1099-nec-threshold', validFrom: '1900-01-01', revision: 1, value: '60000' },
  { kind: '1099-nec-threshold', validFrom: '2026-01-01', revision: 1, value: '200000' },
];
const form = (more: Partial<FormFacts>): FormFacts => ({
  id: 'txf',
  version: 1,
  kind: 'W-9',
  refuses: null,
  backupWithholding: false,
  corporation: false,
  treatyRate: null,
  signedOn: '2026-01-01',
  expiresOn: null,
  status: 'verified',
  countsFrom: '2026-01-01',
  ...more,
});
const valid = (more: Partial<FormFacts> = {}): Standing => ({ status: 'valid', form: form(more) });
const w8 = (more: Partial<FormFacts> = {}) => valid({ kind: 'W-8BEN', expiresOn: '2029-12-31', ...more });
const refused = (refuses: 'W-9' | 'W-8'): Standing => ({ status: 'refused', form: form({ kind: 'refusal', refuses, status: 'refused' }) });
const expired: Standing = { status: 'expired', form: form({ kind: 'W-8BEN', expiresOn: '2025-12-31' }) };
const none: Standing = { status: 'none', form: null };
const [us, usSource, swede, swedeUsSource] = ['US', 'US', 'SE', 'SE'].map((country, index) => ({ country, usSource: index % 2 === 1 }));
const base: WithholdingFacts = { payer: us ?? null, standing: none, partnerCountry: 'US', rules, day: '2026-03-02' };

test.each<[string, Partial<WithholdingFacts>, string, bigint]>([
  ['WE-62 a W-9 refused', { standing: refused('W-9') }, 'no-w-9', 24_000n],
  ['a W-9 that is missing', {}, 'no-w-9', 24_000n],
  ['a W-9 that nobody has verified yet', { standing: { status: 'pending', form: null } }, 'no-w-9', 24_000n],
  ['nothing known of where the payee is', { partnerCountry: null }, 'no-w-9', 24_000n],
  ['a W-9', { standing: valid() }, 'w-9', 0n],
  ['a W-9 of somebody of whom the IRS wants it', { standing: valid({ backupWithholding: true }) }, 'backup-notified', 24_000n],
  ['the rate of the day', { day: '2017-12-31' }, 'no-w-9', 28_000n],
  ['a W-8 on income from abroad', { standing: w8() }, 'w-8-foreign-source', 0n],
  ['a W-8 on US income', { payer: usSource ?? null, standing: w8() }, 'w-8', 30_000n],
  ['a W-8 with a treaty', { payer: usSource ?? null, standing: w8({ treatyRate: '0.05' }) }, 'w-8-treaty', 5_000n],
  ['a W-8 refused, US income', { payer: usSource ?? null, standing: refused('W-8') }, 'foreign-without-form', 30_000n],
  ['a W-8 that ran out, US income', { payer: usSource ?? null, standing: expired }, 'foreign-without-form', 30_000n],
  ['a W-8 that ran out, income from abroad', { standing: expired }, 'w-8-foreign-source', 0n],
  ['a foreigner without a form, US income', { payer: usSource ?? null, partnerCountry: 'SE' }, 'foreign-without-form', 30_000n],
  ['a foreigner without a form, income from abroad', { partnerCountry: 'SE' }, 'w-8-foreign-source', 0n],
  ['a payer abroad', { payer: swede ?? null, standing: refused('W-9') }, 'payer-not-us', 0n],
  ['a payer abroad with US income, no W-9', { payer: swedeUsSource ?? null }, 'payer-not-us', 0n],
  ['a payer abroad with US income, W-8', { payer: swedeUsSource ?? null, standing: w8() }, 'w-8', 30_000n],
  ['a payer of whom nothing is known', { payer: null }, 'payer-without-tax-profile', 0n],
])('O-14 of 1,000.00: %s', (_name, facts, reason, amount) => {
  expect(withholdingOf({ ...base, ...facts }, 100_000n)).toMatchObject({ reason, amount });
});

test('O-14 half a cent goes up, and of nothing nothing is withheld', () => {
  expect(withholdingOf(base, 25n).amount).toBe(6n);
  expect(withholdingOf({ ...base, payer: usSource ?? null, standing: w8({ treatyRate: '0.5' }) }, 5n).amount).toBe(3n);
  expect(withholdingOf(base, 0n).amount).toBe(0n);
  expect(withholdingOf(base, -100n).amount).toBe(0n);
  expect(() => withholdingOf({ ...base, rules: [] }, 1n)).toThrow('no backup-withholding-rate on 2026-03-02');
});

const amounts = fc.bigInt({ min: 1n, max: 10n ** 15n });
const standings = fc.constantFrom<Standing>(
  none,
  valid(),
  valid({ backupWithholding: true }),
  w8(),
  w8({ treatyRate: '0.15' }),
  refused('W-9'),
  expired,
);

test('O-14 what is withheld and what is paid is the amount, at most 30 % is withheld, and something is always left', () => {
  fc.assert(
    fc.property(amounts, standings, fc.boolean(), fc.constantFrom('US', 'SE', null), (amount, standing, source, partnerCountry) => {
      const { amount: withheld, rate } = withholdingOf(
        { ...base, payer: { country: 'US', usSource: source }, standing, partnerCountry },
        amount,
      );
      expect(withheld >= 0n && withheld < amount).toBe(true);
      expect(withheld * 100n <= amount * 30n + 50n).toBe(true);
      if (rate === '0') expect(withheld).toBe(0n);
    }),
  );
});

test.each<[string, bigint, boolean]>([
  ['2025-12-31', 65_000n, true],
  ['2025-12-31', 60_000n, true],
  ['2025-12-31', 59_999n, false],
  ['2026-01-01', 195_000n, false],
  ['2026-01-01', 199_999n, false],
  ['2026-01-01', 200_000n, true],
])('WE-61 on %s, of %s cents a 1099-NEC is due: %s', (day, net, required) => {
  const threshold = BigInt(ruleOn(rules, '1099-nec-threshold', day)?.value ?? '0');
  expect(necDue({ net, withheld: 0n, backup: 0n }, threshold, valid(), 'US').required).toBe(required);
});

test('WE-61 exactly from the threshold on, whatever it is and however it is split into paid and withheld', () => {
  fc.assert(
    fc.property(amounts, amounts, (gross, threshold) => {
      expect(necDue({ net: gross, withheld: 0n, backup: 0n }, threshold, valid(), 'US').required).toBe(gross >= threshold);
      expect(necDue({ net: gross - 1n, withheld: 1n, backup: 0n }, threshold, valid(), 'US').required).toBe(gross >= threshold);
      expect(necDue({ net: threshold, withheld: 0n, backup: 0n }, threshold, none, 'US').required).toBe(true);
      expect(necDue({ net: threshold - 1n, withheld: 0n, backup: 0n }, threshold, none, 'US').required).toBe(false);
      // Backup withholding is told of any amount.
      expect(necDue({ net: gross, withheld: 1n, backup: 1n }, threshold, refused('W-9'), 'US')).toEqual({
        required: true,
        why: 'withheld',
      });
    }),
  );
});

test('WE-61 foreigners and corporations get none, and only payers of the US write them', () => {
  const much = { net: 10n ** 9n, withheld: 0n, backup: 0n };
  expect(necDue(much, 1n, w8(), 'US').why).toBe('foreign-payee');
  expect(necDue(much, 1n, refused('W-8'), 'US').why).toBe('foreign-payee');
  expect(necDue(much, 1n, valid({ corporation: true }), 'US')).toEqual({ required: false, why: 'corporation' });
  expect(necDue({ ...much, withheld: 1n, backup: 1n }, 1n, valid({ corporation: true }), 'US').required).toBe(true);
  // He came with a W-8 only after something had been withheld for want of a form.
  expect(necDue({ ...much, withheld: 1n, backup: 1n }, 1n, w8(), 'US')).toEqual({ required: true, why: 'withheld' });
  expect(necDue({ ...much, withheld: 1n }, 1n, w8(), 'US').why).toBe('foreign-payee');
  expect([necDue(much, 1n, valid(), 'SE').why, necDue(much, 1n, valid(), null).why]).toEqual(['payer-not-us', 'payer-not-us']);
});

test('O-14 of rules the one that began last counts, in its highest revision; before the first there is none', () => {
  const revised: TaxRule = { kind: '1099-nec-threshold', validFrom: '2026-01-01', revision: 2, value: '210000' };
  expect(ruleOn([revised, ...rules], '1099-nec-threshold', '2026-06-01')?.value).toBe('210000');
  expect(ruleOn([...rules, revised], '1099-nec-threshold', '2026-06-01')?.value).toBe('210000');
  expect(ruleOn([...rules, revised], '1099-nec-threshold', '2025-12-31')?.value).toBe('60000');
  expect(ruleOn(rules, '1099-nec-threshold', '1899-12-31')).toBeNull();
});
