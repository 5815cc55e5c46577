import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type BanEffect, banAt } from './ban.js';

test('F-06 whatever bans and policies: an own ban bans, another brand’s does what was chosen, and unsaid it holds', () => {
  const brand = fc.constantFrom('brd_a', 'brd_b', 'brd_c');
  const ban = fc.record({ banId: fc.uuid(), partnerId: fc.constantFrom('ptr_1', 'ptr_2'), brandId: brand });
  const policies = fc.dictionary(brand, fc.constantFrom<BanEffect>('ban', 'hold', 'notify'));
  fc.assert(
    fc.property(fc.array(ban, { maxLength: 6 }), brand, policies, (bans, brandId, chosen) => {
      const found = banAt(bans, { brandId, partnerId: 'ptr_1' }, new Map(Object.entries(chosen)));
      const concerning = bans.filter(({ partnerId }) => partnerId === 'ptr_1');
      if (concerning.length === 0) return expect(found).toBeUndefined();
      const own = concerning.some((one) => one.brandId === brandId);
      expect(found?.effect).toBe(own ? 'ban' : (chosen[brandId] ?? 'hold'));
      expect(found?.ban.partnerId).toBe('ptr_1');
      expect(found?.ban.brandId === brandId).toBe(own);
    }),
  );
});
