import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { isSignedByStripe } from './stripe-callback.js';

const now = new Date('2026-03-02T08:00:00.000Z');
const body = '{"id":"evt"}';
function signedAt(offsetSeconds: number, secret = 'whsec_123456'): string {
  const at = now.getTime() / 1000 + offsetSeconds;
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
}

test('FF6 a signature holds for five minutes to either side, and not a second longer', () => {
  const held = [-301, -300, 0, 300, 301].map((offset) => isSignedByStripe('whsec_123456', signedAt(offset), body, now));
  expect(held).toEqual([false, true, true, true, false]);
  expect(isSignedByStripe('whsec_123456', signedAt(0, 'whsec_of_another'), body, now)).toBe(false);
});
