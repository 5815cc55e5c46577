import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { ConfigInvalid, readEnvironment, readProcessConfig } from './config.js';

const problemsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    readProcessConfig(env);
    return [];
  } catch (error) {
    return (error as ConfigInvalid).problems;
  }
};

test('all problems are named at once, and no value is repeated', () => {
  const problems = problemsOf({ DATABASE_URL: 'mysql://root:hunter2@x', PORT: '99999', LOG_LEVEL: 'loud', AMQP_URL: '' });
  expect(problems).toHaveLength(5);
  expect(problems.join('\n')).toMatch(/DATABASE_URL: must be a postgres/);
  expect(problems).toContain('DATABASE_APP_URL is not set');
  expect(problems).toContain('AMQP_URL is not set');
  expect(problems.join('\n')).not.toMatch('hunter2');
});

test('defaults fit nine services into a hundred connections, and there are none for secrets', () => {
  const config = readProcessConfig({ DATABASE_URL: 'postgres://m@h/d', DATABASE_APP_URL: 'postgres://a@h/d', AMQP_URL: 'amqp://h' });
  expect(9 * (config.pools.request + config.pools.system)).toBeLessThan(90);
  expect(config).toMatchObject({ port: 8080, clock: 'system', requireDurableDatabase: true, notYetKnownWaitMs: 3000 });
  expect(problemsOf({})).toHaveLength(3);
});

test('a service reads its own variables the same way', () => {
  const schema = z.object({ SMTP_URL: z.url(), SMTP_FROM: z.string() });
  expect(() => readEnvironment(schema, {})).toThrow(ConfigInvalid);
  expect(readEnvironment(schema, { SMTP_URL: 'smtp://mail', SMTP_FROM: 'a', OTHER: 'x' })).toEqual({
    SMTP_URL: 'smtp://mail',
    SMTP_FROM: 'a',
  });
});
