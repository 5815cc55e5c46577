import { expect, test } from '@jest/globals';
import { destinationOf, deviceOf, hostOf, subIdsOf } from './click.js';

test.each([
  ['https://a.example', 'https://a.example?click_id=X'],
  ['https://a.example/?b=1', 'https://a.example/?b=1&click_id=X'],
  ['https://a.example/?', 'https://a.example/?click_id=X'],
  ['https://a.example/p?b=1#c?d', 'https://a.example/p?b=1&click_id=X#c?d'],
])('the click id joins the own query of %s', (url, expected) => {
  const { before, after } = destinationOf(url);
  expect(`${before}X${after}`).toBe(expected);
});

test('sub ids of the request go over those of the link; other parameters are no sub ids', () => {
  expect(subIdsOf({ sub1: 'a', sub2: 'b' }, 'sub2=c&sub3=d%20e&sub9=f&x=1')).toEqual({ sub1: 'a', sub2: 'c', sub3: 'd e' });
  expect(subIdsOf({}, 'subject=1')).toBeNull();
  expect(subIdsOf({}, 'sub1=%00')).toEqual({ sub1: '' });
  expect(subIdsOf({}, `sub1=${'x'.repeat(300)}`)?.['sub1']).toHaveLength(200);
});

test('devices and referrers are coarse', () => {
  expect(deviceOf('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148', false)).toBe('mobile');
  expect(deviceOf('Mozilla/5.0 (iPad; CPU OS 18_0)', false)).toBe('tablet');
  expect(deviceOf('Mozilla/5.0 (X11; Linux x86_64)', false)).toBe('desktop');
  expect(deviceOf('curl/8', true)).toBe('bot');
  expect(hostOf('https://News.example/private?name=x')).toBe('news.example');
  expect(hostOf('https://user:secret@host/')).toBeNull();
});
