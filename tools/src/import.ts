import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { HeaderWrong } from './import/lines.js';
import { MappingInvalid, readMapping } from './import/mapping.js';
import { PlatformError, platformAt } from './import/platform.js';
import { progressOn } from './import/progress.js';
import { findReferences, SetupWrong, setUp } from './import/references.js';
import { rejectsIn } from './import/rejects.js';
import { reportTable } from './import/report.js';
import { batchMost, runImport } from './import/run-import.js';
import { withApiOptions } from './shared/api.js';

interface Options {
  mapping: string;
  url: string;
  key?: string;
  state?: string;
  report?: string;
  rejects?: string;
  batch: string;
  setup?: true;
  json?: true;
}

const here = (file: string): string => path.resolve(file);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const command = withApiOptions(new Command('npm run import --'))
  .description('Sends the lines of an orders file to the platform as events. Run again, it goes on where it was, or changes nothing.')
  .argument('<orders.csv>', 'the file')
  .requiredOption('--mapping <file>', 'what its columns mean (JSON or YAML), see docs/import.md')
  .option('--setup', 'first make the brands, partners, enrolments and deals that the mapping names and are not there')
  .option('--state <file>', 'where to note how far it is (default: .data/imports/…)')
  .option('--report <file>', 'write the report there as JSON')
  .option('--rejects <file>', 'write the rejected lines there as CSV, with their reasons')
  .option('--batch <events>', 'events in a request', String(batchMost))
  .option('--json', 'print the report as JSON instead of a table')
  .action((file: string, options: Options) => main(here(file), options));

async function main(file: string, options: Options): Promise<void> {
  const key = options.key ?? process.env['TRIBUTARY_API_KEY'] ?? process.env['TRIBUTARY_ADMIN_KEY'];
  if (key === undefined) throw new SetupWrong('no key: give --key, or set TRIBUTARY_API_KEY');
  const batchSize = Number(options.batch);
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > batchMost)
    throw new SetupWrong(`--batch must be a number from 1 to ${batchMost}`);
  const mapping = readMapping(here(options.mapping));
  const onRetry = (why: string, inMs: number) => say(`${why}; again in ${(inMs / 1000).toFixed(1)} s`);
  const platform = platformAt({ url: options.url, key, onRetry });
  const references = options.setup ? await setUp(platform, mapping, say) : await findReferences(platform, mapping);
  const rejects = options.rejects === undefined ? undefined : await rejectsIn(here(options.rejects));
  const report = await runImport({
    file,
    mapping,
    platform,
    url: options.url,
    references,
    stateFile: options.state === undefined ? defaultState(file, options) : here(options.state),
    batchSize,
    ...(rejects === undefined ? {} : { rejects }),
    progress: (total) => progressOn(process.stderr, total),
  });
  await rejects?.close();
  const json = `${JSON.stringify(report, undefined, 2)}\n`;
  if (options.report !== undefined) writeFileSync(here(options.report), json);
  process.stdout.write(options.json ? json : `${reportTable(report)}\n`);
  if (report.difference !== 0) process.exitCode = 1;
}

function defaultState(file: string, { mapping, url }: Options): string {
  const name = createHash('sha256')
    .update([file, here(mapping), url].join('\n'))
    .digest('hex')
    .slice(0, 16);
  return path.resolve(import.meta.dirname, '../../.data/imports', `${name}.json`);
}

const expected = [HeaderWrong, MappingInvalid, PlatformError, SetupWrong];

command.parseAsync().catch((error: unknown) => {
  const known = expected.some((kind) => error instanceof kind) || (error as { code?: unknown }).code === 'ENOENT';
  say(known ? (error as Error).message : String((error as Error).stack ?? error));
  if (error instanceof PlatformError) say('Run the same command again to go on from here.');
  process.exitCode = 1;
});
