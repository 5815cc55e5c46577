import { expect, test } from '@jest/globals';
import { type RiskParameters, riskParameters, riskRuleUse } from '@tributary/contracts';
import { type ConversionFact, earning, type PartnerFacts } from '../rule.js';
import { validation } from './validation.js';

const fact = (change: Partial<ConversionFact> = {}): ConversionFact => ({
  conversionId: 'cnv_1',
  customerId: 'cus_1',
  kind: 'sale',
  occurredAt: new Date(0),
  receivedAt: new Date(0),
  amount: 5_000n,
  originalConversionId: null,
  method: 'click',
  clickId: 'clk_1',
  clickedAt: new Date(0),
  click: null,
  country: 'DE',
  bonus: false,
  ...change,
});
const judge = (parameters: object, ...fresh: ConversionFact[]) => {
  const facts: PartnerFacts = {
    partnerId: 'ptr_1',
    recent: fresh,
    fresh,
    signals: new Map(),
    sameAccount: [],
    accounts: [],
    now: new Date(0),
  };
  return validation.evaluate(facts, riskParameters.validation.parse(parameters) as RiskParameters<'validation'>);
};
const details = (parameters: object, change: Partial<ConversionFact>) => judge(parameters, fact(change)).hits.map(({ detail }) => detail);

test.each([
  [{ field: 'country' }, { country: null }, ['validation: country is missing']],
  [{ field: 'country', oneOf: ['DE', 'AT'] }, { country: 'FR' }, ['validation: country is not one of those that are taken']],
  [{ field: 'country', oneOf: ['DE', 'AT'] }, { country: 'AT' }, []],
  [{ field: 'country', required: false, oneOf: ['DE'] }, { country: null }, []],
  [{ field: 'amount', min: 5_000 }, {}, []],
  [{ field: 'amount', min: 5_001 }, {}, ['validation: amount is below 5001']],
  [{ field: 'amount', max: 5_000 }, {}, []],
  [{ field: 'amount', max: 4_999 }, {}, ['validation: amount is above 4999']],
  [{ field: 'click' }, { clickId: null }, ['validation: click is missing']],
  [{ field: 'customer' }, { customerId: null }, ['validation: customer is missing']],
] as const)('F-12 a failed field is named: %j of %j', (field, change, expected) => {
  expect(details({ fields: [field] }, change)).toEqual(expected);
});

test('F-12 every failed field is named; other kinds, and what takes back, are not asked', () => {
  const fields = [{ field: 'country' }, { field: 'amount', min: 1 }, { field: 'method' }];
  expect(details({ fields }, { country: null, method: null })).toEqual(['validation: country is missing, method is missing']);
  expect(details({ fields, kinds: ['lead'] }, { country: null })).toEqual([]);
  expect(judge({ fields }, fact({ kind: 'refund', country: null }))).toEqual({ hits: [], indeterminate: [] });
  expect(earning([fact({ kind: 'refund' })])).toEqual([]);
});

test('F-12 a filter that asks for nothing, or of a field for what it has not, is refused', () => {
  const taken = (fields: object[]) => riskRuleUse.safeParse({ rule: 'validation', parameters: { fields }, action: 'hold' }).success;
  expect(taken([{ field: 'country' }])).toBe(true);
  for (const wrong of [
    [],
    [{ field: 'iban' }],
    [{ field: 'country', min: 1 }],
    [{ field: 'amount', min: 2, max: 1 }],
    [{ field: 'country', required: false }],
  ])
    expect(taken(wrong)).toBe(false);
});
