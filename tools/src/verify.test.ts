import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { bundleOf, goldenStory, testKey } from '@tributary/evidence/testing';

const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-verify-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const operator = testKey('evidence-1');
const story = goldenStory();
const { text, records } = bundleOf(story.payoutId, story.events, operator);
const root = path.resolve(import.meta.dirname, '../..');

function fileOf(name: string, content: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}
const verify = (...args: string[]) =>
  spawnSync(process.execPath, [path.join(root, 'scripts/run-tool.mjs'), 'verify', ...args], {
    encoding: 'utf8',
    env: { ...process.env, INIT_CWD: folder },
  });

test('T-32 D-01 npm run verify needs no server: 0 and a warning, 0 with the key, 1 naming the broken record, 2 for no file', () => {
  fileOf('good.ndjson', text);
  const key = fileOf('operator.pem', operator.publicKey);
  const alone = verify('good.ndjson');
  expect(alone).toMatchObject({ status: 0, stdout: expect.stringContaining('HOLDS'), stderr: expect.stringContaining('warning') });
  expect(verify('good.ndjson', '--key', key)).toMatchObject({ status: 0, stderr: '' });
  expect(verify('good.ndjson', '--key', testKey('other').publicKey)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('another key'),
  });

  const at = text.split('\n').findIndex((line) => line.includes('"kind":"approval"')) + 1;
  const changed = text.split('\n').map((line, index) => (index + 1 === at ? line.replace('by amount', 'by favour') : line));
  fileOf('bad.ndjson', changed.join('\n'));
  expect(verify('bad.ndjson')).toMatchObject({ status: 1, stderr: expect.stringContaining(`BROKEN at line ${at} (approval)`) });
  expect(verify('none.ndjson')).toMatchObject({ status: 2 });
  expect(records.length).toBeGreaterThan(20);
});
