// Runs the Prisma CLI for the service in the current folder, without a network:
//
//   node ../../scripts/prisma.mjs generate
//   DATABASE_URL=postgres://... node ../../scripts/prisma.mjs migrate deploy | status | diff ... | dev --name <name>
//
// Every service has the same settings (prisma.config.ts in the repository's root) and the same schema engine
// (prisma-schema-engine.mjs); to use Prisma's native one, set PRISMA_SCHEMA_ENGINE_BINARY yourself.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const service = process.cwd();
const args = process.argv.slice(2);

if (args.length === 0)
  fail('usage, from the folder of a service: node ../../scripts/prisma.mjs generate | migrate <command> | <any Prisma command>');
if (!existsSync(path.join(service, 'prisma', 'schema.prisma'))) {
  // A service may come before its tables do: there is nothing to generate then.
  if (args[0] === 'generate') {
    process.stdout.write(`${path.basename(service)}: no prisma/schema.prisma, nothing to generate\n`);
    process.exit(0);
  }
  fail(`no prisma/schema.prisma in ${service}`);
}

const { status, error } = spawnSync(
  process.execPath,
  [path.join(root, 'node_modules', 'prisma', 'build', 'index.js'), ...args, ...configArgument()],
  {
    cwd: service,
    stdio: 'inherit',
    env: {
      PRISMA_SCHEMA_ENGINE_BINARY: path.join(root, 'scripts', 'prisma-schema-engine.mjs'),
      PRISMA_ENGINES_CHECKSUM_IGNORE_MISSING: '1',
      ...process.env,
      TRIBUTARY_PRISMA_FOLDER: service,
      // No update check, no usage report, no hints: nothing that asks a network.
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      PRISMA_GENERATE_SKIP_AUTOINSTALL: '1',
      PRISMA_SKIP_POSTINSTALL_GENERATE: '1',
    },
  },
);
if (error) throw error;
process.exit(status ?? 1);

function configArgument() {
  return args.includes('--config') || args.includes('--version') ? [] : ['--config', path.join(root, 'prisma.config.ts')];
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
