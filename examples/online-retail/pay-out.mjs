// Pays out what the import earned: decisions by a second person, a run, its approval by a third, settlement, evidence.
//   node examples/online-retail/pay-out.mjs --url http://localhost:8080 --key <administrator's key> --evidence <folder>
// Plain Node over the public API. Exit 1 when anything is not as it should be.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { url: { type: 'string', default: 'http://localhost:8080' }, key: { type: 'string' }, evidence: { type: 'string' } },
});
const admin = values.key ?? process.env.TRIBUTARY_API_KEY ?? process.env.TRIBUTARY_ADMIN_KEY;
const BRANDS = ['retail-gifts', 'retail-home'];
const WAIT_MS = 300_000;

async function call(key, method, path, body) {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await fetch(values.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (answer.ok) return answer.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : text;
    const later = [429, 503].includes(answer.status) || text.includes('evidence-incomplete');
    if (!later || attempt === 60) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    await wait(1000);
  }
}
async function list(path) {
  const all = [];
  for (let cursor = ''; cursor !== null; ) {
    const page = await call(admin, 'GET', `${path}&limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    all.push(...page.data);
    cursor = page.nextCursor;
  }
  return all;
}
async function until(what, probe) {
  for (const end = Date.now() + WAIT_MS; ; await wait(500)) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${WAIT_MS / 1000} s: ${what}`);
  }
}
/** A few at a time. */
async function forAll(items, act) {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      for (const item of rest) await act(item);
    }),
  );
}
const quiet = () => until('everything accepted is handled', async () => (await call(admin, 'GET', '/api/v1/operations/quiet')).quiet);
const pounds = (pence) => `£${(pence / 100).toFixed(2)}`;
const sum = (items, of) => items.reduce((total, item) => total + of(item), 0);

const brands = (await list('/api/v1/brands?')).filter(({ slug }) => BRANDS.includes(slug)).map(({ id }) => id);
const newKey = async (name, role) => (await call(admin, 'POST', '/api/v1/api-keys', { name, roles: [role] })).key;
const manager = await newKey('Manager of the retail example', 'programme-manager');
const finance = await newKey('Finance of the retail example', 'finance-approver');

await quiet();
// what takes back another commission is decided with it
const queue = (await Promise.all(brands.map((id) => list(`/api/v1/approvals?status=waiting&brandId=${id}`)))).flat();
const waiting = queue.filter(({ amount }) => amount > 0);
await forAll(waiting, ({ id, needs }) =>
  call(needs === 'finance' ? finance : manager, 'POST', `/api/v1/approvals/${id}/decision`, { decision: 'approve' }),
);
const byFinance = waiting.filter(({ needs }) => needs === 'finance').length;
console.log(`approved ${waiting.length - byFinance} commissions as manager and ${byFinance} as finance; the others needed nobody`);

async function balances() {
  const partners = (await list('/api/v1/partners?')).filter(({ externalId }) => externalId?.startsWith('online-retail-'));
  const found = [];
  await forAll(partners, async ({ id }) => {
    const { balances } = await call(admin, 'GET', `/api/v1/partners/${id}/balance`);
    found.push(...balances);
  });
  return found.filter(({ brandId }) => brands.includes(brandId));
}
await quiet();
const before = await until('all that was approved is payable', async () => {
  const all = await balances();
  return all.every(({ pending, held, approved }) => pending === 0 && held === 0 && approved === 0) && all;
});
const run = await call(admin, 'POST', '/api/v1/payout-runs', { brandIds: brands, currency: 'GBP' });
console.log(`run ${run.id}: ${run.payouts.length} payouts, ${run.leftOut.length} balances left out`);
for (const { stage } of run.stages) await call(stage === 'manager' ? manager : finance, 'POST', `/api/v1/payout-runs/${run.id}/approve`);
await call(finance, 'POST', `/api/v1/payout-runs/${run.id}/submit`);
const payouts = await until('every payout is settled', async () => {
  const all = await list(`/api/v1/payouts?runId=${run.id}`);
  return all.every(({ status }) => status === 'settled') && all;
});
const [payable, paid, left] = [
  sum(before, ({ payable }) => payable),
  sum(payouts, ({ amount }) => amount),
  sum(run.leftOut, ({ amount }) => amount),
];
console.log(`settled ${payouts.length} payouts, ${pounds(paid)} of ${pounds(payable)} payable; ${pounds(left)} left out`);
await quiet();
const after = await balances();
const rest = sum(after, ({ payable, inPayout }) => payable + inPayout);
const paidNow = sum(after, (one) => one.paid) - sum(before, (one) => one.paid);
if (paid !== paidNow || rest !== payable - paid)
  throw new Error(`the balances say ${paidNow} paid and ${rest} left, not ${paid} and ${payable - paid}`);

if (values.evidence) {
  mkdirSync(values.evidence, { recursive: true });
  const { keys } = await call(admin, 'GET', '/api/v1/evidence-keys');
  writeFileSync(path.join(values.evidence, 'key.pem'), keys.find(({ active }) => active).publicKeyPem);
  await forAll(payouts, async ({ id }) => {
    const bundle = await call(finance, 'GET', `/api/v1/payouts/${id}/evidence`);
    writeFileSync(path.join(values.evidence, `${id}.ndjson`), bundle);
  });
  console.log(`evidence of ${payouts.length} payouts in ${values.evidence}: npm run verify -- <file> --key ${values.evidence}/key.pem`);
}
