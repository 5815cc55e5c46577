import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { startTestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

test('the Prisma schema is what the migrations make', async () => {
  const service = await startTestService(compose);
  try {
    const diff = [
      path('../../../scripts/prisma.mjs'),
      'migrate',
      'diff',
      '--from-config-datasource',
      '--to-schema',
      'prisma/schema.prisma',
      '--exit-code',
    ];
    const options = { cwd: path('..'), env: { ...process.env, DATABASE_URL: service.database.databaseUrl } };
    await expect(promisify(execFile)(process.execPath, diff, options)).resolves.toMatchObject({ stderr: expect.anything() });
  } finally {
    await service.stop();
  }
}, 60_000);
