import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { generateOrders } from './generate-orders/orders.js';

const command = new Command('npm run generate-orders --')
  .description('Writes an orders file as dirty as real ones are; the same file for the same seed.')
  .option('--lines <count>', 'order lines', '20000')
  .option('--seed <number>', 'another seed, another file', '1')
  .requiredOption('--out <file>', 'where to write it')
  .action(async ({ lines, seed, out }: Record<'lines' | 'seed' | 'out', string>) => {
    const options = { lines: Number(lines), seed: Number(seed) };
    if (!Object.values(options).every((value) => Number.isSafeInteger(value) && value >= 0))
      throw new Error('--lines and --seed are numbers');
    await pipeline(Readable.from(generateOrders(options)), createWriteStream(path.resolve(out)));
    process.stderr.write(`${lines} lines with seed ${seed} in ${out}\n`);
  });

command.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
