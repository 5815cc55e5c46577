import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@jest/globals';
import type { Client } from './client.js';
import type { Walked } from './golden-path.js';
import { root } from './processes.js';

/** `npm run verify` on the walk's evidence: it holds, and no longer does once an amount is changed. */
export async function expectEvidenceHolds(walked: Walked, folder: string): Promise<void> {
  const [good, bad, key] = ['good.ndjson', 'bad.ndjson', 'key.pem'].map((name) => path.join(folder, name)) as [string, string, string];
  writeFileSync(good, walked.evidence);
  writeFileSync(bad, walked.evidence.replace('50000', '50001'));
  const { keys } = await walked.admin.expect(200, 'GET', '/api/v1/evidence-keys');
  writeFileSync(key, keys[0].publicKeyPem);
  const held = await verify([good, '--key', key]);
  expect({ ...held, evidence: held.code === 0 ? '' : walked.evidence }).toMatchObject({ code: 0, evidence: '' });
  const tampered = await verify([bad, '--key', key]);
  expect(tampered).toMatchObject({ code: 1 });
  expect(tampered.output).toMatch(/BROKEN at line \d+ \(conversion\)/);
}

/** `npm run verify` on evidence as it was answered, with the key that the platform publishes. */
export async function verifyEvidence(admin: Client, evidence: string, folder: string): Promise<{ code: number; output: string }> {
  const [file, key] = [path.join(folder, 'evidence.ndjson'), path.join(folder, 'evidence-key.pem')];
  const { keys } = await admin.expect(200, 'GET', '/api/v1/evidence-keys');
  writeFileSync(file, evidence);
  writeFileSync(key, keys[0].publicKeyPem);
  return verify([file, '--key', key]);
}

function verify(args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile('npm', ['run', '--silent', 'verify', '--', ...args], { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, output: stdout + stderr });
    });
  });
}
