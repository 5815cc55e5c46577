// What the platform should owe, worked out from the CSV alone, against what it says it owes.
//   node examples/online-retail/check.mjs <orders.csv> --url http://localhost:8080 --key <key> [--report <import's report>]
// Plain Node and nothing of Tributary's: the rules of README.md beside this file are written here a second time. Exit 1 on any difference.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { url: { type: 'string', default: 'http://localhost:8080' }, key: { type: 'string' }, report: { type: 'string' } },
});
const key = values.key ?? process.env.TRIBUTARY_API_KEY ?? process.env.TRIBUTARY_ADMIN_KEY;
const PARTNERS = 60;
const BRANDS = ['retail-gifts', 'retail-home'];

async function get(path) {
  const answer = await fetch(values.url + path, { headers: { authorization: `Bearer ${key}` } });
  if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
async function list(path) {
  const all = [];
  for (let cursor = ''; cursor !== null; ) {
    const page = await get(`${path}${path.includes('?') ? '&' : '?'}limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    all.push(...page.data);
    cursor = page.nextCursor;
  }
  return all;
}

// --- the file ---------------------------------------------------------------------------------------------------------------------

/** Fields of a line; null when a quote stays open. A quote counts only where a field begins. */
function fieldsOf(line) {
  const fields = [];
  for (let at = 0; at <= line.length; ) {
    const quoted = /^"((?:[^"]|"")*)"(?=,|$)/.exec(line.slice(at));
    if (!quoted && line[at] === '"' && !line.includes('"', at + 1)) return null;
    const text = quoted ? quoted[0] : /^[^,]*/.exec(line.slice(at))[0];
    fields.push(quoted ? quoted[1].replaceAll('""', '"') : text);
    at += text.length + 1;
  }
  return fields;
}

const london = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', dateStyle: 'short', timeStyle: 'short' });
const wallClock = (ms) => london.format(ms).replace(/(\d+)\/(\d+)\/(\d+), /, '$2-$1-$3 ');
/** The instants at which London's clocks show this: one, none (skipped in spring) or two (autumn). Null: no such date. */
function instantsOf(text) {
  const [, month, day, year, hour, minute] = /^(\d\d)-(\d\d)-(\d{4}) (\d\d):(\d\d)$/.exec(text) ?? [];
  const asUtc = Date.UTC(year, month - 1, day, hour, minute);
  if (!month || new Date(asUtc).toISOString().slice(0, 16) !== `${year}-${month}-${day}T${hour}:${minute}`) return null;
  return [asUtc - 3_600_000, asUtc].filter((ms) => wallClock(ms) === text);
}

/** Pence, exactly; null when there is no whole number of them. */
function pence(quantity, price) {
  const [whole, decimals = ''] = price.split('.');
  const scaled = BigInt(quantity) * BigInt(whole + decimals) * 100n;
  const unit = 10n ** BigInt(decimals.length);
  return scaled % unit === 0n ? scaled / unit : null;
}

/** Why a line cannot be an event, the first of these that holds. */
const flaws = [
  ['line-empty', ({ line }) => line.trim() === ''],
  ['encoding-broken', ({ line }) => line.includes('\uFFFD')],
  ['quote-not-closed', ({ fields }) => fields === null],
  ['columns-wrong', ({ fields }) => fields.length !== 8],
  ['order-missing', ({ invoice }) => !invoice.trim()],
  ['order-malformed', ({ invoice }) => !/^C?\d{6}$/.test(invoice)],
  ['item-missing', ({ stock }) => !stock.trim()],
  ['customer-missing', ({ customer }) => !customer.trim()],
  ['customer-malformed', ({ customer }) => !/^\d{5}$/.test(customer)],
  ['quantity-unparseable', ({ quantity }) => !/^-?\d{1,15}$/.test(quantity)],
  ['quantity-zero', ({ quantity }) => BigInt(quantity) === 0n],
  ['quantity-negative-without-cancellation', ({ quantity, invoice }) => BigInt(quantity) < 0n && invoice[0] !== 'C'],
  ['quantity-positive-on-cancellation', ({ quantity, invoice }) => BigInt(quantity) > 0n && invoice[0] === 'C'],
  ['price-unparseable', ({ price }) => !/^-?\d+(\.\d+)?$/.test(price)],
  ['price-zero', ({ price }) => /^-?[0.]+$/.test(price)],
  ['price-negative', ({ price }) => price[0] === '-'],
  ['date-missing', ({ date }) => !date.trim()],
  ['date-unparseable', ({ date }) => instantsOf(date) === null],
  ['date-does-not-exist', ({ date }) => instantsOf(date).length === 0],
  ['date-ambiguous', ({ date }) => instantsOf(date).length > 1],
  ['amount-finer-than-minor-unit', ({ quantity, price }) => pence(quantity, price) === null],
  ['amount-too-large', ({ quantity, price }) => pence(quantity, price) > BigInt(Number.MAX_SAFE_INTEGER)],
];
function read(line) {
  const fields = fieldsOf(line);
  const [invoice, stock, , quantity, date, price, customer] = fields ?? [];
  const order = { line, fields, invoice, stock, quantity, date, price, customer };
  return { ...order, flaw: flaws.find(([, holds]) => holds(order))?.[0] };
}

const now = Date.parse((await get('/api/v1/clock')).now);
const rejected = {};
const sales = new Map(); // by customer and stock code
const expected = new Map(); // by event id: { brand, partner, instant, amount, left }
const lines = readFileSync(positionals[0], 'utf8')
  .replace(/^\uFEFF/, '')
  .split('\n');
if (lines.at(-1) === '') lines.pop();
let refunds = 0;
for (const [ordinal, line] of lines.entries()) {
  if (ordinal === 0) continue; // the header
  const { invoice, stock, quantity, date, price, customer, flaw } = read(line.replace(/\r$/, ''));
  const outcome = flaw ?? (quantity[0] === '-' ? refund() : sale());
  if (outcome) rejected[outcome] = (rejected[outcome] ?? 0) + 1;

  function sale() {
    const hash = createHash('sha256').update(customer).digest('hex');
    const partner = Number.parseInt(hash.slice(0, 8), 16) % PARTNERS;
    const brand = BRANDS[Number.parseInt(hash.slice(8, 16), 16) % BRANDS.length];
    const [instant, amount, eventId] = [instantsOf(date)[0], pence(quantity, price), `${invoice}:${ordinal}`];
    const made = { eventId, brand, partner, instant, amount, left: amount, notGivenBack: amount, countLeft: BigInt(quantity) };
    sales.set(`${customer} ${stock}`, [...(sales.get(`${customer} ${stock}`) ?? []), made]);
    if (instant > now + 300_000) return 'event-in-future';
    expected.set(eventId, made);
  }
  function refund() {
    const [instant, amount, count] = [instantsOf(date)[0], -pence(quantity, price), -BigInt(quantity)];
    const original = sales.get(`${customer} ${stock}`)?.findLast(({ countLeft }) => countLeft >= count);
    if (!original) return 'original-not-found';
    if (amount > original.notGivenBack) return 'refund-exceeds-original';
    original.countLeft -= count;
    original.notGivenBack -= amount;
    if (instant > now + 300_000) return 'event-in-future';
    original.left -= amount;
    refunds += 1;
    const { brand, partner } = original;
    expected.set(`${invoice}:${ordinal}`, { brand, partner, instant, amount });
  }
}

/** Pence owed for a sale, net of its refunds; halves of a penny go away from zero. */
function owed({ brand, amount, left }) {
  const rounded = (thousandths) => (thousandths + 500n) / 1000n;
  if (brand === 'retail-gifts') return rounded(left * 100n);
  if (amount < 500n) return 0n;
  return rounded(left * 75n + (left >= 500n ? 5000n : 0n)); // the flat 5p stays as long as what is left would earn it
}

// --- the platform -----------------------------------------------------------------------------------------------------------------

const differences = [];
let compared = 0;
function same(what, here, there) {
  compared += 1;
  if (String(here) !== String(there)) differences.push(`${what}: ${here} by the file, ${there} by the platform`);
}
const brandIds = new Map((await list('/api/v1/brands')).filter(({ slug }) => BRANDS.includes(slug)).map(({ id, slug }) => [id, slug]));
const partnerNumbers = new Map(
  (await list('/api/v1/partners')).flatMap(({ id, externalId }) => {
    const number = /^online-retail-(\d+)$/.exec(externalId ?? '')?.[1];
    return number ? [[id, Number(number) - 1]] : [];
  }),
);
const entitled = new Map(); // by event id, from the file
const totals = new Map(); // by partner and brand, from the file
const add = (map, name, amount) => map.set(name, (map.get(name) ?? 0n) + amount);
for (const sale of expected.values()) {
  if (sale.left === undefined) continue;
  entitled.set(sale.eventId, owed(sale));
  add(totals, `${sale.partner} ${sale.brand}`, owed(sale));
}
const found = { conversions: 0, totals: new Map() };
for (const [brandId, brand] of brandIds) {
  const conversions = await list(`/api/v1/conversions?brandId=${brandId}`);
  found.conversions += conversions.length;
  const net = new Map();
  for (const entry of await list(`/api/v1/commissions?brandId=${brandId}`)) {
    add(net, entry.conversionId, BigInt(entry.amount));
    add(found.totals, `${partnerNumbers.get(entry.partnerId)} ${brand}`, BigInt(entry.amount));
  }
  for (const conversion of conversions) {
    const { eventId } = conversion;
    const line = expected.get(eventId);
    if (!line || line.brand !== brand) {
      differences.push(`${eventId}: not among the accepted lines of ${brand}`);
      continue;
    }
    expected.delete(eventId);
    same(`${eventId} occurred`, new Date(line.instant).toISOString(), conversion.occurredAt);
    same(`${eventId} amount`, line.amount, conversion.amount);
    same(`${eventId} partner`, line.partner, partnerNumbers.get(conversion.partnerId));
    same(`${eventId} commission net of refunds`, entitled.get(eventId) ?? 0n, net.get(conversion.conversionId) ?? 0n);
  }
}
for (const eventId of expected.keys()) differences.push(`${eventId}: accepted by the rules, not on the platform`);
for (const pair of new Set([...totals.keys(), ...found.totals.keys()]))
  same(`partner and brand ${pair}, sum of entries`, totals.get(pair) ?? 0n, found.totals.get(pair) ?? 0n);
for (const [partnerId, number] of partnerNumbers) {
  for (const { brandId, accrued, reversed, rejected: refused } of (await get(`/api/v1/partners/${partnerId}/balance`)).balances) {
    const pair = `${number} ${brandIds.get(brandId)}`;
    if (brandIds.has(brandId)) same(`partner and brand ${pair}, balance`, totals.get(pair) ?? 0n, accrued - reversed - refused);
  }
}
const totalRejected = Object.values(rejected).reduce((sum, count) => sum + count, 0);
const accepted = lines.length - 1 - totalRejected;
if (values.report) {
  const report = JSON.parse(readFileSync(values.report, 'utf8'));
  same('lines read', lines.length - 1, report.linesRead);
  same('accepted or duplicate', accepted, report.accepted + report.duplicates);
  for (const reason of new Set([...Object.keys(rejected), ...Object.keys(report.rejected.byReason)]))
    same(`rejected as ${reason}`, rejected[reason] ?? 0, report.rejected.byReason[reason]?.lines ?? 0);
}
same('conversions', accepted, found.conversions);

const pairs = [...totals.entries()].filter(([, amount]) => amount > 0n);
const total = pairs.reduce((sum, [, amount]) => sum + amount, 0n);
console.log(`lines ${lines.length - 1}: ${accepted} accepted (${refunds} refunds), ${totalRejected} rejected`, rejected);
console.log(`owed ${total} pence to ${new Set(pairs.map(([pair]) => pair.split(' ')[0])).size} partners over ${brandIds.size} brands`);
console.log(`compared ${compared} values: ${differences.length} differences`);
for (const difference of differences.slice(0, 50)) console.log(`  ${difference}`);
process.exitCode = differences.length > 0 ? 1 : 0;
