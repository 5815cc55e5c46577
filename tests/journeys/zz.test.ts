import { test } from '@jest/globals';
import { walkGoldenPath } from './golden-path.js';

test('walk', async () => {
  await walkGoldenPath({ url: 'http://127.0.0.1:8181', adminKey: 'trib_aaaaaaaaaaaaaaaaaaaa', mails: ['ada@example.com'] });
}, 180_000);
