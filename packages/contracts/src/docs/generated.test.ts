import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { generatedDocuments } from '../../test/documents.js';
import { rootFolder } from '../../test/files.js';

// Red here: run `npm run docs` and commit what it writes.
test.each(Object.entries(generatedDocuments()))('%s is what npm run docs writes', (path, content) => {
  const committed = readFileSync(join(rootFolder, path), 'utf8');
  expect(committed === content ? 'as generated' : `stale: run npm run docs and commit ${path}`).toBe('as generated');
});
