import { getPayoutStatement, getPayoutStatementPdf, type PayoutExchange } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { type CurrencyCode, formatMajor, isCurrency, toWireAmount } from '@tributary/money';
import { ok, type ParamsOf, query, Rejected, type Route, raw, reject, type Scope } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { type PayoutRow, payoutColumns } from '../runs/run-store.js';
import { chargeCells, dayIn, payoutColumns as paperColumns, type Sheet } from './domain/sheet.js';
import { payeeOf } from './payee.js';
import { writePdf } from './render/pdf.js';

/** What a payout pays, line by line. */
export const getPayoutStatementRoute = (parts: Parts): Route =>
  query(getPayoutStatement, async ({ params: { payoutId }, scope }) => {
    const found = await read(parts, scope, payoutId);
    if (!found) return reject('not-found');
    const { payout, brandName, payee, lines } = found;
    return ok({
      payoutId,
      runId: payout.runId,
      brandId: payout.brandId,
      brandName,
      partnerId: payout.partnerId,
      currency: payout.currency,
      status: payout.status,
      createdAt: payout.createdAt.toISOString(),
      settledAt: payout.settledAt?.toISOString() ?? null,
      accountHint: payee.hint,
      lines: lines.map(({ entryId, occurredAt, amount }, index) => ({
        number: index + 1,
        entryId,
        occurredAt: occurredAt?.toISOString() ?? null,
        amount: toWireAmount(amount),
      })),
      charges: payout.charges.map(({ kind, amount }) => ({ kind, amount })),
      exchange: payout.exchange ?? null,
      amount: toWireAmount(payout.amount),
    });
  });

/** The same on paper. */
export const getPayoutStatementPdfRoute = (parts: Parts): Route =>
  raw(getPayoutStatementPdf, async ({ params, scope }, _host, _incoming, response) => {
    const { payoutId } = params as ParamsOf<typeof getPayoutStatementPdf>;
    const found = await read(parts, scope, payoutId);
    if (!found) throw new Rejected('not-found');
    response.status(200).set({
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="${payoutId}.pdf"`,
      'cache-control': 'private, no-store',
    });
    await writePdf(sheetOf(found), cellsOf(found), response);
  });

interface Found {
  payout: PayoutRow;
  brandName: string;
  timeZone: string;
  payee: { name: string; hint: string | null };
  lines: { entryId: string; occurredAt: Date | null; amount: bigint }[];
}

const read = (parts: Parts, scope: Scope, payoutId: string): Promise<Found | undefined> =>
  parts.db.tx(scope, async (tx) => {
    const { rows } = await tx.query<PayoutRow>(`SELECT ${payoutColumns} FROM payout WHERE id = $1`, [payoutId]);
    const [payout] = rows;
    if (!payout) return undefined;
    const brand = await brandOf(tx, payout.brandId);
    const { rows: lines } = await tx.query<Found['lines'][number]>(
      `SELECT line.entry_id AS "entryId", entry.occurred_at AS "occurredAt", line.amount FROM payout_line line LEFT JOIN entry ON entry.id = line.item_id
       WHERE line.payout_id = $1 ORDER BY line.item_id`,
      [payoutId],
    );
    return { payout, ...brand, payee: await payeeOf(tx, parts, payout.methodId), lines };
  });

async function brandOf(tx: Tx, brandId: string): Promise<{ brandName: string; timeZone: string }> {
  const { rows } = await tx.query<{ brandName: string; timeZone: string }>(
    'SELECT name AS "brandName", time_zone AS "timeZone" FROM brand_profile WHERE brand_id = $1',
    [brandId],
  );
  return rows[0] ?? { brandName: '', timeZone: 'UTC' };
}

function known(currency: string): CurrencyCode {
  if (!isCurrency(currency)) throw new Error(`${currency} is not a currency`);
  return currency;
}
/** In which the lines and charges are. */
const earnedIn = ({ payout: { currency, exchange } }: Found): CurrencyCode => known(exchange?.currency ?? currency);

function sheetOf(found: Found): Sheet {
  const { payout, brandName, timeZone, payee } = found;
  return {
    title: `Payout ${payout.id}`,
    writtenAt: payout.createdAt,
    facts: [
      ['Brand', `${brandName} (${payout.brandId})`],
      ['Partner', payee.name === '' ? payout.partnerId : `${payee.name} (${payout.partnerId})`],
      ['Paid to', payee.hint ?? '-'],
      ['Made', dayIn(payout.createdAt, timeZone)],
      ['Arrived', payout.settledAt ? dayIn(payout.settledAt, timeZone) : `not yet (${payout.status})`],
      ['Currency', payout.exchange ? `${payout.currency}, for ${payout.exchange.currency}` : payout.currency],
      ...(payout.exchange ? [['Rate', ratesOf(payout.exchange)] as const] : []),
    ],
    columns: paperColumns,
    totals: totalsOf(found),
  };
}

/** What the lines and charges come to, where that is exchanged, and what is paid. */
function totalsOf(found: Found): [label: string, amount: string][] {
  const { amount, currency, exchange } = found.payout;
  const paid = formatMajor(amount, known(currency));
  if (!exchange) return [['Amount paid', paid]];
  return [
    [`Exchanged, ${exchange.currency}`, formatMajor(BigInt(exchange.amount), earnedIn(found))],
    [`Amount paid, ${currency}`, paid],
  ];
}

/** By which recorded rates. */
const ratesOf = (exchange: PayoutExchange): string =>
  exchange.rates.map(({ base, quote, date, rate, source }) => `${base}/${quote} ${rate} of ${date} (${source})`).join(', ');

async function* cellsOf(found: Found): AsyncGenerator<string[]> {
  const currency = earnedIn(found);
  let number = 0;
  for (const { entryId, occurredAt, amount } of found.lines)
    yield [String(++number), occurredAt ? dayIn(occurredAt, found.timeZone) : '', entryId, formatMajor(amount, currency)];
  for (const charge of found.payout.charges) yield chargeCells(charge, ++number, currency);
}
