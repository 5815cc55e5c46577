import { expect, test } from '@jest/globals';
import { defaultPolicy, registerBrand } from './brand.js';

const now = new Date('2026-03-01T00:00:00Z');
const wanted = { name: 'Acme', slug: 'acme', currency: 'EUR', timeZone: 'Europe/Berlin' };

test('a brand is registered with a default programme and the default policy', () => {
  const decision = registerBrand('brd_1', 'prg_1', wanted, now);
  expect(decision).toMatchObject({
    accepted: { defaultProgramId: 'prg_1', policy: defaultPolicy, programs: [{ id: 'prg_1', isDefault: true }] },
  });
});
test('WE-52 how long what was paid may be taken back is laid down by the brand, and without end where it says nothing', () => {
  expect(registerBrand('brd_1', 'prg_1', wanted, now)).toMatchObject({ accepted: { policy: { clawbackDays: null } } });
  const limited = { ...wanted, policy: { clawbackDays: 60 } };
  expect(registerBrand('brd_1', 'prg_1', limited, now)).toMatchObject({ accepted: { policy: { clawbackDays: 60 } } });
});

test('a policy given in part keeps the rest of the default', () => {
  const decision = registerBrand('brd_1', 'prg_1', { ...wanted, policy: { holdDays: 0, minimumPayout: undefined } }, now);
  expect(decision).toMatchObject({ accepted: { policy: { ...defaultPolicy, holdDays: 0 } } });
});
test('currency-unknown', () => {
  expect(registerBrand('brd_1', 'prg_1', { ...wanted, currency: 'XXQ' }, now)).toEqual({
    rejected: 'currency-unknown',
    pointer: '/currency',
  });
});
test('time-zone-unknown', () => {
  expect(registerBrand('brd_1', 'prg_1', { ...wanted, timeZone: 'Mars/Base' }, now)).toEqual({
    rejected: 'time-zone-unknown',
    pointer: '/timeZone',
  });
});

test('M-09 a brand keeps what it chooses for its deals', () => {
  const terms = { bounds: 'inclusive', maximumShareOfRevenue: '0.35' } as const;
  const decision = registerBrand('brd_1', 'prg_1', { ...wanted, policy: { terms } }, now);
  expect(decision).toMatchObject({ accepted: { policy: { ...defaultPolicy, terms } } });
});
