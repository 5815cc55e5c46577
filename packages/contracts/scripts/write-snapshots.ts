import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../src/catalogue.js';
import { incompatibilities } from '../src/compatibility.js';
import { eventJsonSchema } from '../src/json-schema.js';
import { asFile, checksum, committedChecksums, committedSnapshot, sampleFiles, sampleLedger, snapshotFolder } from '../test/files.js';

// Writes what may be written: new snapshots and compatible growth, checksums of new samples. What would break is refused.
mkdirSync(snapshotFolder, { recursive: true });
let refused = 0;
for (const definition of catalogue.values()) {
  const { type } = definition;
  const schema = eventJsonSchema(definition);
  const before = committedSnapshot(type);
  const broken = before ? incompatibilities(before, schema) : [];
  if (broken.length > 0) {
    refused += 1;
    process.stderr.write(`${type}: write a new version of the event instead\n  ${broken.join(`\n  `)}\n`);
  } else {
    writeFileSync(join(snapshotFolder, `${type}.json`), asFile(schema));
  }
}

const known = committedChecksums();
const added = sampleFiles().filter((file) => !(file in known));
writeFileSync(sampleLedger, asFile({ ...known, ...Object.fromEntries(added.map((file) => [file, checksum(file)])) }));
process.stdout.write(`${catalogue.size - refused} snapshots written, ${refused} refused, ${added.length} samples added\n`);
process.exitCode = refused > 0 ? 1 : 0;
