import { keyOf } from './history.mjs';
import { owed } from './owed.mjs';

const isRefund = ({ type }) => type === 'refund' || type === 'chargeback';
const grouped = (list, keyOfEach) => {
  const groups = new Map();
  for (const each of list) {
    const key = keyOfEach(each);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(each);
  }
  return groups;
};
const accepted = ({ outcome }) => outcome === 'accepted' || outcome === 'duplicate';

/** O3: what was acknowledged is there, once; nothing is there that nobody asked for. */
export async function checkIntake({ databases, history, report }) {
  const stored = await databases.rows(
    'tracking',
    'SELECT id, brand_id AS "brandId", event_id AS "eventId", kind, amount, partner_id AS "partnerId" FROM conversions',
  );
  const byKey = grouped(stored, keyOf);
  const differences = [];
  let acknowledged = 0;
  let refused = 0;
  for (const [key, event] of history.attempted) {
    const answers = history.told.get(key) ?? [];
    const rows = byKey.get(key) ?? [];
    const yes = answers.filter(accepted);
    const ids = new Set(yes.map(({ what }) => what));
    if (yes.length > 0) acknowledged += 1;
    if (answers.length > 0 && yes.length === 0) refused += 1;
    if (answers.length === 0) differences.push({ key, why: 'never answered' });
    else if (yes.length > 0 && (rows.length !== 1 || ids.size !== 1 || !ids.has(rows[0].id)))
      differences.push({ key, why: 'acknowledged, and not there once', told: [...ids], rows: rows.map(({ id }) => id) });
    else if (yes.length === 0 && rows.length > 0) differences.push({ key, why: 'refused, and there', answers });
    else if (yes.length === 0 && !event.eventId.endsWith('-bad'))
      differences.push({ key, why: 'refused without a reason of ours', answers });
    else if (yes.length > 0 && (rows[0].kind !== event.type || Number(rows[0].amount ?? -1) !== (event.amount ?? -1)))
      differences.push({ key, why: 'another content', row: rows[0] });
    if (answers.filter(({ outcome }) => outcome === 'accepted').length > 1) differences.push({ key, why: 'accepted twice' });
  }
  for (const [key, rows] of byKey) if (!history.attempted.has(key)) differences.push({ key, why: 'nobody asked for it', rows });
  report.none(
    'O3',
    differences,
    `${acknowledged} events acknowledged, each is there once; ${refused} refused, none is there; nothing else`,
    'events differ',
  );
  await checkMade({ databases, history, report });
  await checkClicks({ databases, report });
}

async function checkMade({ databases, history, report }) {
  const counted = async (op, service, column, table, of) => {
    const rows = await databases.rows(service, `SELECT ${column} AS key, id FROM ${table}`);
    const ids = new Map(rows.map(({ key, id }) => [key, id]));
    const asked = new Set(history.attemptedBodies.filter((each) => each.op === op).map(({ body }) => of(body)));
    const missing = history.made.filter((made) => made.op === op && ids.get(of(made.body)) !== made.id);
    const extra = rows.filter(({ key }) => !asked.has(key));
    return { op, count: rows.length, wrong: [...missing, ...extra], twice: rows.length - ids.size };
  };
  const kinds = [
    await counted('partner', 'directory', 'external_id', 'partner', (body) => body.externalId),
    await counted('brand', 'directory', 'slug', 'brand', (body) => body.slug),
  ];
  // The first operator's key was not asked for over HTTP.
  const apiKeys = await databases.rows('gateway', 'SELECT id, name FROM api_key');
  const asked = history.made.filter(({ op }) => op === 'api-key');
  const differences = [...kinds.flatMap(({ wrong }) => wrong), ...kinds.filter(({ twice }) => twice !== 0)];
  for (const { id, body } of asked)
    if (
      apiKeys
        .filter((key) => key.name === body.name)
        .map((key) => key.id)
        .join() !== id
    )
      differences.push({ id, body });
  report.none(
    'O3',
    differences,
    `${kinds.map(({ op, count }) => `${count} ${op}s`).join(', ')}, ${apiKeys.length} API keys: each once, as acknowledged`,
    'commands differ',
  );
}

async function checkClicks({ databases, report }) {
  const { clicks, waiting } = await databases.row(
    'tracking',
    'SELECT (SELECT count(*)::int FROM clicks) AS clicks, (SELECT coalesce(sum(cardinality(link_ids)), 0)::int FROM click_tallies) AS waiting',
  );
  const published = await databases.row(
    'tracking',
    `SELECT coalesce(sum((envelope->'data'->>'clicks')::int), 0)::int AS clicks FROM messaging.outbox WHERE type = 'tracking.clicks.counted.v1'`,
  );
  if (published.clicks + waiting === clicks)
    report.pass('O5', `${clicks} clicks: ${published.clicks} in published counts, ${waiting} still to be counted`);
  else report.fail('O5', `${clicks} clicks, but ${published.clicks} in published counts and ${waiting} waiting`);
}

/** O5: one effect for each event, through commission, approvals and payouts. */
export async function checkCommissions({ databases, history, report }) {
  const entries = await databases.rows(
    'commission',
    'SELECT entry_id AS id, conversion_id AS "conversionId", partner_id AS "partnerId", brand_id AS "brandId", scope, posting, amount, currency FROM commission_entry',
  );
  const facts = await databases.rows(
    'commission',
    'SELECT conversion_id AS id, brand_id AS "brandId", event_id AS "eventId", outcome FROM conversion',
  );
  const expected = expectedNets(history);
  const idOf = conversionIds(history);

  const known = new Map(facts.map((fact) => [fact.id, fact]));
  const lost = [...expected.values()].filter(({ event }) => !known.get(idOf(event))?.outcome);
  const named = facts.filter(({ eventId }) => eventId !== null).length;
  if (named !== expected.size) lost.push({ conversions: named, expected: expected.size });
  report.none(
    'O5',
    lost,
    `${expected.size} conversions in commission, each once, each with its one outcome`,
    'conversions have no outcome',
  );

  const perConversion = grouped(entries, ({ conversionId }) => conversionId);
  const wrong = [];
  let sum = 0n;
  for (const { event, net, postings, partnerId } of expected.values()) {
    const id = idOf(event);
    const own = perConversion.get(id) ?? [];
    perConversion.delete(id);
    const total = own.reduce((all, { amount }) => all + BigInt(amount), 0n);
    sum += total;
    if (total !== net || own.length !== postings || own.some((entry) => partnerId && entry.partnerId !== partnerId))
      wrong.push({ event, expected: { net: `${net}`, postings }, found: { net: `${total}`, postings: own.length } });
  }
  for (const [id, own] of perConversion) wrong.push({ id, why: 'entries of no accepted event', own });
  if (new Set(entries.map(({ scope, posting }) => `${scope} ${posting}`)).size !== entries.length)
    wrong.push({ why: 'a posting was made twice' });
  report.none(
    'O5',
    wrong,
    `${entries.length} entries, net ${sum} minor units: amount and number of postings of every event as computed here`,
    'events have another commission than computed here',
  );
  await checkFollowing({ databases, report, entries });
}

/** By event: net commission, and how many postings lead to it (the original's and one for each refund that takes something). */
function expectedNets({ attempted, told, deals }) {
  const events = [...attempted].filter(([key]) => (told.get(key) ?? []).some(accepted)).map(([, event]) => event);
  const terms = new Map(deals.map((deal) => [`${deal.partnerId} ${deal.brandId}`, deal.terms]));
  const refunds = grouped(events.filter(isRefund), ({ brandId, originalEventId }) => `${brandId} ${originalEventId}`);
  const expected = new Map();
  for (const event of events) {
    if (isRefund(event)) {
      expected.set(keyOf(event), { event, net: 0n, postings: 0 });
      continue;
    }
    // The customer's key begins with the partner that alone sends it.
    const partnerId = event.partnerId ?? event.customerKey.slice(0, event.customerKey.lastIndexOf('-'));
    const component = terms.get(`${partnerId} ${event.brandId}`)?.components.find(({ on }) => on === event.type);
    const own = (refunds.get(keyOf(event)) ?? []).sort((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1));
    const steps = own.map((_, index) => owed(event, own.slice(0, index + 1), component));
    const all = [owed(event, [], component), ...steps];
    const postings = all.filter((net, index) => net !== (index === 0 ? 0n : all[index - 1])).length;
    expected.set(keyOf(event), { event, net: all.at(-1), postings, partnerId });
  }
  return expected;
}

const conversionIds =
  ({ told }) =>
  (event) =>
    told.get(keyOf(event))?.find(accepted)?.what;

/** Each entry has one approval, one entry in payouts, one accrual in the ledger, all of its amount. */
async function checkFollowing({ databases, report, entries }) {
  const compare = async (what, service, sql) => {
    const rows = await databases.rows(service, sql);
    const amounts = new Map(rows.map(({ id, amount }) => [id, amount]));
    const wrong = entries.filter(({ id, amount }) => amounts.get(id) !== amount);
    if (rows.length !== entries.length || amounts.size !== rows.length) wrong.push({ rows: rows.length, entries: entries.length });
    report.none('O5', wrong, `${rows.length} ${what}, one for each entry, of its amount`, `${what} differ`);
  };
  await compare('approvals', 'approvals', 'SELECT entry_id AS id, amount FROM approval');
  await compare('entries in payouts', 'payouts', 'SELECT entry_id AS id, amount FROM entry WHERE accrued AND id = entry_id');
  await compare(
    'accruals in the ledger',
    'payouts',
    `SELECT t.entry_id AS id, -l.amount AS amount FROM ledger_transaction t JOIN ledger_leg l ON l.transaction_id = t.id WHERE t.kind = 'accrual' AND l.account = 'brand-expense'`,
  );
  const doubled = await databases.rows(
    'approvals',
    `SELECT a.id FROM approval a LEFT JOIN approval_decision d ON d.approval_id = a.id WHERE a.status IN ('approved', 'rejected') GROUP BY a.id HAVING count(d.decision) <> max(a.decisions)`,
  );
  report.none('O5', doubled, 'every approval has as many decisions as it says', 'approvals have other decisions than they say');
}

/** O2: the report's totals are the fold of the journal. */
export async function checkInsights({ databases, report }) {
  const group = (rows) => new Map(rows.map(({ key, amount }) => [key, amount]));
  const journal = group(
    await databases.rows(
      'commission',
      `SELECT brand_id || ' ' || partner_id || ' ' || currency AS key, sum(amount)::text AS amount FROM commission_entry GROUP BY 1`,
    ),
  );
  const shown = group(
    await databases.rows(
      'insights',
      `SELECT brand_id || ' ' || partner_id || ' ' || currency AS key, sum(accrued)::text AS amount FROM activity GROUP BY 1 HAVING sum(accrued) <> 0`,
    ),
  );
  const wrong = [...journal]
    .filter(([key, amount]) => amount !== '0' && shown.get(key) !== amount)
    .map(([key, amount]) => ({ key, amount, shown: shown.get(key) }));
  for (const key of shown.keys()) if (!journal.has(key)) wrong.push({ key, why: 'shown, not in the journal' });
  report.none('O2', wrong, `${shown.size} totals of insights are the fold of commission's journal`, 'totals of insights differ');
  const { conversions } = await databases.row('tracking', 'SELECT count(*)::int AS conversions FROM conversions');
  const outcomes = await databases.row(
    'insights',
    `SELECT count(*)::int AS all, count(*) FILTER (WHERE outcome = 'unrated')::int AS unrated FROM outcome`,
  );
  if (outcomes.all === conversions && outcomes.unrated === 0)
    report.pass('O2', `${outcomes.all} conversions in insights, each with an outcome`);
  else report.fail('O2', `${conversions} conversions, ${outcomes.all} in insights, ${outcomes.unrated} of them unrated`);
}
