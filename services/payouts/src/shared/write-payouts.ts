import { newId, type PayoutCharge, type PayoutExchange } from '@tributary/contracts';
import type { NewEvent, Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import type { Exchanged } from '../exchange/domain/exchange-terms.js';
import { groupBy } from '../group-by.js';
import { sumOfCharges } from '../ledger/domain/charges.js';
import type { ClaimedGroup, Routing } from '../runs/domain/split-groups.js';
import { type LineRow, linesHash, linesOf } from '../runs/run-store.js';
import { payoutFacts } from './payout-facts.js';

/** A balance that is paid, how, and what is charged. */
export interface PaidGroup {
  group: ClaimedGroup;
  routing: Extract<Routing, { rail: string }>;
  charges: readonly PayoutCharge[];
  /** What it comes to in another currency; absent: it is paid in its own. */
  exchanged?: Exchanged | undefined;
}
/** What leaves the brand's account, in minor units of `currencyOf`. */
export const amountOf = ({ group, charges, exchanged }: PaidGroup): bigint => exchanged?.amount ?? group.amount + sumOfCharges(charges);
export const currencyOf = ({ group, routing }: PaidGroup): string => routing.exchangeTo ?? group.currency;

const insertPayouts = /* sql */ `
INSERT INTO payout (id, run_id, partner_id, brand_id, amount, currency, status, sandbox, rail, rail_key, method_id, account_hmac, charges, fee_waived, exchange, line_count, lines_hash, created_at)
SELECT id, $1, partner_id, brand_id, amount, currency, 'draft', sandbox, rail, id, method_id, account_hmac, charges, fee_waived, exchange, 0, '', $2
FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::boolean[], $9::text[], $10::text[], $11::text[], $12::jsonb[], $13::bigint[], $14::jsonb[])
  AS made (id, partner_id, brand_id, amount, currency, sandbox, rail, method_id, account_hmac, charges, fee_waived, exchange)`;

const insertLines = /* sql */ `
INSERT INTO payout_line (payout_id, item_id, entry_id, brand_id, partner_id, amount, open_item_id)
SELECT p.id, e.id, e.entry_id, e.brand_id, e.partner_id, e.amount, e.id
FROM payout p JOIN entry e ON e.run_id = p.run_id AND e.partner_id = p.partner_id AND e.brand_id = p.brand_id AND e.currency = coalesce(p.exchange ->> 'currency', p.currency) WHERE p.run_id = $1`;

/** Writes the payouts of a run with their lines, from what it has claimed. */
export async function writePayouts(tx: Tx, runId: string, paid: readonly PaidGroup[], now: Date) {
  const ids = paid.map(() => newId('payout'));
  await tx.query(insertPayouts, [
    runId,
    now,
    ids,
    paid.map(({ group }) => group.partnerId),
    paid.map(({ group }) => group.brandId),
    paid.map((each) => amountOf(each).toString()),
    paid.map(currencyOf),
    paid.map(({ routing }) => routing.sandbox),
    paid.map(({ routing }) => routing.rail),
    paid.map(({ routing }) => routing.method?.id ?? null),
    paid.map(({ routing }) => routing.method?.accountHmac ?? ''),
    paid.map(({ charges }) => JSON.stringify(charges)),
    paid.map(({ routing }) => routing.fee.waived.toString()),
    paid.map(({ exchanged }) => (exchanged ? JSON.stringify(exchanged.exchange) : null)),
  ]);
  await tx.query(insertLines, [runId]);
  await tx.query(
    'UPDATE entry SET payout_id = line.payout_id FROM payout_line line WHERE entry.run_id = $1 AND line.open_item_id = entry.id',
    [runId],
  );
  const lines = groupBy(await linesOf(tx, ids), ({ payoutId }) => payoutId);
  const payouts = paid.map((each, index) => {
    const { group, routing, charges } = each;
    const id = ids[index] ?? '';
    const own = lines.get(id) ?? [];
    return {
      payout: {
        ...group,
        amount: amountOf(each),
        currency: currencyOf(each),
        exchange: each.exchanged?.exchange ?? null,
        id,
        runId,
        rail: routing.rail,
        sandbox: routing.sandbox,
        charges,
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
export function createdEvents(
  payout: Parameters<typeof payoutFacts>[0] & { charges: readonly PayoutCharge[]; exchange: PayoutExchange | null },
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
      charges: [...payout.charges],
      ...(payout.exchange && { exchange: payout.exchange }),
      part: index + 1,
      parts,
      createdAt: now.toISOString(),
      lines: lines
        .slice(index * linesPerEvent, (index + 1) * linesPerEvent)
        .map(({ entryId, amount }) => ({ entryId, amount: toWireAmount(amount) })),
    },
  }));
}
