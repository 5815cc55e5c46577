import type { PayoutCharge, PayoutExchange } from '@tributary/contracts';
import type { NewEvent, Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import type { Exchanged } from '../exchange/domain/exchange-terms.js';
import { sumOfCharges } from '../ledger/domain/charges.js';
import type { Debt } from '../runs/domain/share-out.js';
import type { Routing } from '../runs/domain/split-groups.js';
import { linesHash } from '../runs/run-content-store.js';
import type { LineRow } from '../runs/run-store.js';
import type { PayoutTax } from '../tax/payout-tax-store.js';
import type { Claim } from './claim-payables.js';
import { payoutFacts } from './payout-facts.js';

/** How a balance is paid, and what is charged. */
export interface PaymentTerms {
  routing: Extract<Routing, { rail: string }>;
  charges: readonly PayoutCharge[];
  tax: PayoutTax | undefined;
  /** What it settles at other brands. */
  shares: readonly Debt[];
  /** What it comes to in another currency; absent: it is paid in its own. */
  exchanged?: Exchanged | undefined;
}
/** A balance that is paid. */
export interface PaidGroup extends Claim, PaymentTerms {}
/** What leaves the brand's account, in minor units of `currencyOf`. */
export const amountOf = ({ group, charges, exchanged }: Pick<PaidGroup, 'group' | 'charges' | 'exchanged'>): bigint =>
  exchanged?.amount ?? group.amount + sumOfCharges(charges);
export const currencyOf = ({ group, routing }: Pick<PaidGroup, 'group' | 'routing'>): string => routing.exchangeTo ?? group.currency;

const insertPayouts = /* sql */ `
INSERT INTO payout (id, run_id, partner_id, brand_id, amount, currency, status, sandbox, rail, rail_key, method_id, account_hmac, charges, fee_waived, line_count, lines_hash, exchange, created_at)
SELECT id, $1, partner_id, brand_id, amount, currency, 'draft', sandbox, rail, id, method_id, account_hmac, charges, fee_waived, line_count, lines_hash, exchange, $2
FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::boolean[], $9::text[], $10::text[], $11::text[], $12::jsonb[], $13::bigint[], $14::int[], $15::text[], $16::jsonb[])
  AS made (id, partner_id, brand_id, amount, currency, sandbox, rail, method_id, account_hmac, charges, fee_waived, line_count, lines_hash, exchange)`;

const insertLines = /* sql */ `
INSERT INTO payout_line (payout_id, item_id, entry_id, brand_id, partner_id, amount, open_item_id)
SELECT payout_id, id, entry_id, brand_id, partner_id, amount, id FROM entry WHERE payout_id = ANY ($1)`;

/** Writes payouts of a run with their lines, from what it has claimed for them. */
export async function writePayouts(tx: Tx, runId: string, paid: readonly PaidGroup[], now: Date) {
  const payouts = paid.map((each) => ({
    ...each.group,
    amount: amountOf(each),
    currency: currencyOf(each),
    exchange: each.exchanged?.exchange ?? null,
    id: each.payoutId,
    runId,
    rail: each.routing.rail,
    sandbox: each.routing.sandbox,
    charges: each.charges,
    accountHmac: each.routing.method?.accountHmac ?? '',
    linesHash: linesHash(each.lines),
  }));
  await tx.query(insertPayouts, [
    runId,
    now,
    payouts.map(({ id }) => id),
    payouts.map(({ partnerId }) => partnerId),
    payouts.map(({ brandId }) => brandId),
    payouts.map(({ amount }) => amount.toString()),
    payouts.map(({ currency }) => currency),
    payouts.map(({ sandbox }) => sandbox),
    payouts.map(({ rail }) => rail),
    paid.map(({ routing }) => routing.method?.id ?? null),
    payouts.map(({ accountHmac }) => accountHmac),
    payouts.map(({ charges }) => JSON.stringify(charges)),
    paid.map(({ routing }) => routing.fee.waived.toString()),
    paid.map(({ lines }) => lines.length),
    payouts.map((each) => each.linesHash),
    payouts.map(({ exchange }) => (exchange ? JSON.stringify(exchange) : null)),
  ]);
  await tx.query(insertLines, [payouts.map(({ id }) => id)]);
  return payouts.map((payout, index) => ({ payout, lines: inOrder(paid[index]?.lines ?? []), shares: paid[index]?.shares ?? [] }));
}

const inOrder = (lines: readonly LineRow[]): LineRow[] => [...lines].sort((a, b) => (a.itemId < b.itemId ? -1 : 1));

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
