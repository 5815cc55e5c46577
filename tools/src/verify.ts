import { existsSync, readFileSync } from 'node:fs';
import { verifyBundle } from '@tributary/evidence';
import { Command } from 'commander';

/** `npm run verify -- <evidence file> [--key <PEM or file>]`: 0 when the evidence holds, 1 when it does not, 2 when it could not be read. */
const program = new Command('verify')
  .description('Verifies the evidence of a payout offline: every hash, signature, link, sum and amount')
  .argument('<evidence>', 'file as answered by GET /api/v1/payouts/{id}/evidence')
  .option('--key <pem>', "the operator's public key: PEM, or a file that holds it")
  .parse();

const [file = ''] = program.args;
const { key } = program.opts<{ key?: string }>();
try {
  const publicKey = key === undefined ? undefined : existsSync(key) ? readFileSync(key, 'utf8') : key.replaceAll('\\n', '\n');
  const verdict = verifyBundle(readFileSync(file), publicKey === undefined ? {} : { publicKey });
  for (const warning of verdict.warnings) console.error(`warning: ${warning}`);
  const [first, ...others] = verdict.problems;
  if (first) {
    console.error(`BROKEN at line ${first.line} (${first.kind}): ${first.what}`);
    for (const { line, kind, what } of others.slice(0, 20)) console.error(`       also line ${line} (${kind}): ${what}`);
    process.exitCode = 1;
  } else {
    const records = Object.values(verdict.records).reduce((sum, count) => sum + count, 0);
    console.log(
      `HOLDS: payout ${verdict.payoutId}, ${verdict.amount} ${verdict.currency} (minor units), ${records} records, signed with ${verdict.keyId}`,
    );
    console.log(
      `       ${Object.entries(verdict.records)
        .map(([kind, count]) => `${kind} ${count}`)
        .join(', ')}`,
    );
    console.log(`       root ${verdict.root}`);
    for (const note of verdict.notes) console.log(`note:  ${note}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
