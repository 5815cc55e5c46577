import { createRun, newId } from '@tributary/contracts';
import { activeTraceparent, goingBackTo, type NewEvent, type Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { type CommandRequest, command, created, NotYetKnown, Rejected, type Route } from '@tributary/service-kit';
import { groupBy } from '../group-by.js';
import { claim } from '../ledger/domain/posting.js';
import { post } from '../ledger/ledger-store.js';
import type { Parts } from '../parts.js';
import { matureAll } from '../shared/mature-entries.js';
import { payoutFacts } from '../shared/payout-facts.js';
import { spanAttributes, tracesOfEntries } from '../shared/run-traces.js';
import { runView } from '../shared/run-view.js';
import { brandsWithPayables, claimPayables, lockBrands, payingBrands, payingPartners, unclaim } from './claim-payables.js';
import { type ClaimedGroup, type LeftOutReason, type Routing, routeGroup } from './domain/split-groups.js';
import { contentHash, findRun, type LineRow, linesHash, linesOf } from './run-store.js';

type Request = CommandRequest<typeof createRun>;
interface Planned {
  group: ClaimedGroup;
  routing: Routing;
}

/** Claims what is payable into a run: matures what is due, claims, then adds up what was claimed and gives back what is not paid now. */
export function createRunRoute(parts: Parts): Route {
  return command(createRun, async (request) => {
    const { tx, body, now, context } = request;
    const asOf = body.asOf === undefined ? now : new Date(body.asOf);
    if (asOf > now) throw new Rejected('request-invalid', { errors: [{ pointer: '/asOf', rule: 'must not lie in the future' }] });
    await requireBrandsKnown(tx, body.brandIds);
    await matureAll(tx, parts.outbox, context, now);

    const runId = newId('run');
    const filter = { runId, brandIds: body.brandIds ?? null, currency: body.currency ?? null, asOf };
    const brandIds = await brandsWithPayables(tx, filter);
    await lockBrands(tx, brandIds);
    const groups = await claimPayables(tx, brandIds, filter);
    const planned = await plan(tx, parts, request, groups);
    const paid = planned.flatMap(({ group, routing }) => ('rail' in routing ? [{ group, routing }] : []));
    const left = planned.flatMap(({ group, routing }) => ('leftOut' in routing ? [{ group, reason: routing.leftOut }] : []));
    if (paid.length === 0) throw nothingToPay(left);
    await unclaim(
      tx,
      runId,
      left.map(({ group }) => group),
    );

    await tx.query(
      `INSERT INTO payout_run (id, status, as_of, brand_ids, currency, minimum, content_hash, built_by, totals, left_out, correlation_id, created_at, traceparents)
       VALUES ($1, 'draft', $2, $3, $4, $5, '', $6, $7, $8, $9, $10, array_remove(ARRAY[$11], NULL))`,
      [
        runId,
        asOf,
        [...new Set([...(body.brandIds ?? []), ...groups.map((group) => group.brandId)])].sort(),
        body.currency ?? null,
        body.minimum ?? null,
        context.actorId,
        JSON.stringify(totalsOf(paid.map(({ group }) => group))),
        JSON.stringify(left.map(({ group, reason }) => ({ ...group, amount: toWireAmount(group.amount), reason }))),
        context.correlationId,
        now,
        activeTraceparent(),
      ],
    );
    const payouts = await writePayouts(tx, runId, paid, now);
    await tx.query('UPDATE payout_run SET content_hash = $2 WHERE id = $1', [runId, contentHash(payouts.map(({ payout }) => payout))]);
    await goingBackTo('payouts create run', await tracesOfEntries(tx, runId), spanAttributes(parts, context), async () => {
      await post(
        tx,
        parts.outbox,
        payouts.map(({ payout }) => ({ posting: claim(payout, now), context })),
        now,
      );
      await parts.outbox.append(
        tx,
        context,
        payouts.flatMap(({ payout, lines }) => createdEvents(payout, lines, now)),
      );
    });
    const run = await findRun(tx, runId);
    if (!run) throw new Error(`run ${runId} was not written`);
    return created(await runView(tx, run), { headers: { location: `/api/v1/payout-runs/${runId}` } });
  });
}

async function requireBrandsKnown(tx: Tx, brandIds: readonly string[] | undefined): Promise<void> {
  if (!brandIds) return;
  const known = await payingBrands(tx, brandIds);
  const missing = brandIds.find((brandId) => !known.has(brandId));
  if (missing !== undefined) throw new NotYetKnown('brand', missing);
}

async function plan(tx: Tx, { settings }: Parts, { body, now }: Request, groups: readonly ClaimedGroup[]): Promise<Planned[]> {
  const brands = await payingBrands(tx, [...new Set(groups.map(({ brandId }) => brandId))]);
  const partners = await payingPartners(tx, [...new Set(groups.map(({ partnerId }) => partnerId))]);
  const rules = { minimum: body.minimum === undefined ? null : BigInt(body.minimum), now };
  let room = settings.payoutsPerRun;
  return groups.map((group) => {
    const routing = routeGroup(group, brands.get(group.brandId), partners.get(group.partnerId), rules);
    if ('leftOut' in routing) return { group, routing };
    if (room === 0) return { group, routing: { leftOut: 'run-full' } };
    room--;
    return { group, routing };
  });
}

/** "Nothing is payable", and why not, balance by balance. */
function nothingToPay(left: readonly { group: ClaimedGroup; reason: LeftOutReason }[]): Rejected {
  const reasons = left
    .slice(0, 20)
    .map(({ group, reason }) => `${group.partnerId} at ${group.brandId}: ${group.amount} ${group.currency} ${reason}`);
  return new Rejected(
    'run-empty',
    reasons.length === 0
      ? {}
      : {
          detail: `Every balance rolls over. ${reasons.join('; ')}`,
          errors: left
            .slice(0, 100)
            .map(({ group, reason }) => ({ pointer: `/${group.partnerId}/${group.brandId}/${group.currency}`, rule: reason })),
        },
  );
}

function totalsOf(groups: readonly ClaimedGroup[]) {
  return [...groupBy(groups, ({ currency }) => currency)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, each]) => ({
      currency,
      amount: toWireAmount(each.reduce((sum, { amount }) => sum + amount, 0n)),
      payouts: each.length,
    }));
}

const insertPayouts = /* sql */ `
INSERT INTO payout (id, run_id, partner_id, brand_id, amount, currency, status, sandbox, rail, rail_key, method_id, account_hmac, line_count, lines_hash, created_at)
SELECT id, $1, partner_id, brand_id, amount, currency, 'draft', sandbox, rail, id, method_id, account_hmac, 0, '', $2
FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::boolean[], $9::text[], $10::text[], $11::text[])
  AS made (id, partner_id, brand_id, amount, currency, sandbox, rail, method_id, account_hmac)`;

const insertLines = /* sql */ `
INSERT INTO payout_line (payout_id, item_id, entry_id, brand_id, partner_id, amount, open_item_id)
SELECT p.id, e.id, e.entry_id, e.brand_id, e.partner_id, e.amount, e.id
FROM payout p JOIN entry e ON e.run_id = p.run_id AND e.partner_id = p.partner_id AND e.brand_id = p.brand_id AND e.currency = p.currency WHERE p.run_id = $1`;

async function writePayouts(
  tx: Tx,
  runId: string,
  paid: readonly { group: ClaimedGroup; routing: Extract<Routing, { rail: string }> }[],
  now: Date,
) {
  const ids = paid.map(() => newId('payout'));
  await tx.query(insertPayouts, [
    runId,
    now,
    ids,
    paid.map(({ group }) => group.partnerId),
    paid.map(({ group }) => group.brandId),
    paid.map(({ group }) => group.amount.toString()),
    paid.map(({ group }) => group.currency),
    paid.map(({ routing }) => routing.sandbox),
    paid.map(({ routing }) => routing.rail),
    paid.map(({ routing }) => routing.method?.id ?? null),
    paid.map(({ routing }) => routing.method?.accountHmac ?? ''),
  ]);
  await tx.query(insertLines, [runId]);
  await tx.query(
    'UPDATE entry SET payout_id = line.payout_id FROM payout_line line WHERE entry.run_id = $1 AND line.open_item_id = entry.id',
    [runId],
  );
  const lines = groupBy(await linesOf(tx, ids), ({ payoutId }) => payoutId);
  const payouts = paid.map(({ group, routing }, index) => {
    const id = ids[index] ?? '';
    const own = lines.get(id) ?? [];
    return {
      payout: {
        ...group,
        id,
        runId,
        rail: routing.rail,
        sandbox: routing.sandbox,
        accountHmac: routing.method?.accountHmac ?? '',
        linesHash: linesHash(own),
      },
      lines: own,
    };
  });
  await tx.query(
    'UPDATE payout SET line_count = counted.lines, lines_hash = counted.hash FROM unnest($1::text[], $2::int[], $3::text[]) AS counted (id, lines, hash) WHERE payout.id = counted.id',
    [ids, payouts.map((each) => each.lines.length), payouts.map(({ payout }) => payout.linesHash)],
  );
  return payouts;
}

const linesPerEvent = 1000;

/** Long payouts come in parts. */
function createdEvents(
  payout: Parameters<typeof payoutFacts>[0],
  lines: readonly LineRow[],
  now: Date,
): NewEvent<'payouts.payout.created.v1'>[] {
  const { id: subject, partnerId, brandId } = payout;
  const parts = Math.max(1, Math.ceil(lines.length / linesPerEvent));
  return Array.from({ length: parts }, (_, index) => ({
    type: 'payouts.payout.created.v1',
    subject,
    partnerId,
    brandId,
    data: {
      ...payoutFacts(payout),
      part: index + 1,
      parts,
      createdAt: now.toISOString(),
      lines: lines
        .slice(index * linesPerEvent, (index + 1) * linesPerEvent)
        .map(({ entryId, amount }) => ({ entryId, amount: toWireAmount(amount) })),
    },
  }));
}
