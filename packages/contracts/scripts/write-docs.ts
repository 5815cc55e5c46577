import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedDocuments } from '../test/documents.js';
import { rootFolder } from '../test/files.js';

for (const [path, content] of Object.entries(generatedDocuments())) {
  const target = join(rootFolder, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
  process.stdout.write(`wrote ${path}\n`);
}
