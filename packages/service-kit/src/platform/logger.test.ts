import { expect, test } from '@jest/globals';
import { createLogger } from './logger.js';

test('secrets and personal data are redacted, wherever they stand', () => {
  const lines: string[] = [];
  const log = createLogger({ name: 'payouts', destination: { write: (line) => void lines.push(line) } });
  log.info({ iban: 'DE89', account: { iban: 'DE90', holder: { email: 'a@b.c' } }, headers: { authorization: 'Bearer x' } }, 'stored');
  const line = JSON.parse(lines[0] ?? '');
  expect(line).toMatchObject({ service: 'payouts', level: 'info', msg: 'stored', iban: '[redacted]' });
  expect(lines[0]).not.toMatch(/DE89|DE90|a@b\.c|Bearer/);
});
