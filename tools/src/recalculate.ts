import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { type ApiOptions, callApi, withApiOptions } from './shared/api.js';

interface Recalculation {
  id: string;
  status: 'queued' | 'running' | 'done' | 'failed';
  failure: string | null;
  progress: { done: number; total: number };
  result: {
    identical: boolean;
    conversions: number;
    scopes: number;
    entries: number;
    hash: string;
    recomputedHash: string;
    differences: { scope: string; currency: string; journal: number; recomputed: number; causes: string[] }[];
  } | null;
}

/** `npm run recalculate -- --brand <id> --partner <id> --period <month>`: 0 when the journal is what the facts say, 1 when not, 2 when it could not be told. */
const program = withApiOptions(new Command('recalculate'))
  .description('Works out from the facts what a partner earned in a month and holds the journal against it; nothing is changed')
  .requiredOption('--brand <id>')
  .requiredOption('--partner <id>')
  .requiredOption('--period <month>', 'such as 2026-03, in the zone of the brand')
  .option('--json', 'print the whole answer')
  .parse();

const { brand, partner, period, json, ...api } = program.opts<
  ApiOptions & { brand: string; partner: string; period: string; json?: boolean }
>();
const [path, patienceMs] = ['/api/v1/recalculations', 500];

async function finished(): Promise<Recalculation> {
  let one = await callApi<Recalculation>(api, 'POST', path, { brandId: brand, partnerId: partner, period });
  while (one.status === 'queued' || one.status === 'running') {
    await wait(patienceMs);
    one = await callApi<Recalculation>(api, 'GET', `${path}/${one.id}`);
    if (process.stderr.isTTY && one.status === 'running')
      process.stderr.write(`\r${one.progress.done} of ${one.progress.total} conversions `);
  }
  if (process.stderr.isTTY) process.stderr.write('\r');
  return one;
}

function tell({ result, failure }: Recalculation): number {
  if (result === null) {
    console.error(`could not be worked out: ${failure}`);
    return 2;
  }
  const size = `${result.conversions} conversions, ${result.scopes} scopes, ${result.entries} entries`;
  if (result.identical) {
    console.log(`IDENTICAL: ${partner}, ${period}: ${size}\n           hash ${result.hash}`);
    return 0;
  }
  console.error(`DIFFERENT: ${partner}, ${period}: ${size}`);
  for (const { scope, currency, journal, recomputed, causes } of result.differences)
    console.error(`  ${scope}: journal ${journal}, recomputed ${recomputed} ${currency} (minor units), because of ${causes.join(', ')}`);
  console.error(`  hash ${result.hash}, recomputed ${result.recomputedHash}`);
  return 1;
}

try {
  const recalculation = await finished();
  if (json) console.log(JSON.stringify(recalculation, null, 2));
  process.exitCode = json ? (recalculation.result === null ? 2 : recalculation.result.identical ? 0 : 1) : tell(recalculation);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
