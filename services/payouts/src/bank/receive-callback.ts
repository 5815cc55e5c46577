import { createHash } from 'node:crypto';
import { metrics } from '@opentelemetry/api';
import { receiveRailCallback } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { type ParamsOf, problemErrors, Rejected, type Route, raw, readBytes } from '@tributary/service-kit';
import { ZodError } from 'zod';
import { beyond } from '../ledger/domain/settlement-postings.js';
import { everyBrand, type Parts } from '../parts.js';
import { costsOf, reportOfState } from '../payouts/domain/rail-reports.js';
import type { Heard, Said } from '../rails/domain/callback.js';
import { bookDifferences } from '../shared/book-differences.js';
import { crashAround } from '../shared/crash-around.js';
import { recordReports } from '../shared/record-reports.js';
import type { BankLine } from './domain/bank-line.js';
import type { Finding } from './domain/findings.js';
import { contradiction, judgeLines, type KnownPayout } from './domain/judge-lines.js';
import { openItems } from './item-store.js';

const largestCallback = 256 * 1024;

interface Account {
  id: string;
  rail: string;
  brandId: string;
}

/**
 * A provider calls back. What is not signed for this very account is refused, without a word on whether the account exists; what is, is
 * taken in once, and moves payouts only where it fits them.
 */
export function receiveRailCallbackRoute(parts: Parts): Route {
  const heard = metrics.getMeter('tributary.payouts').createCounter('tributary_rail_callbacks_total', {
    description: 'Callbacks of providers by rail and what became of them (taken, repeated, forged)',
  });
  return raw(receiveRailCallback, async (request, _host, incoming, response) => {
    const { rail, fundingAccountId } = request.params as ParamsOf<typeof receiveRailCallback>;
    const bytes = await readBytes(incoming, largestCallback);
    const { account, callback } = await hear(parts, rail, fundingAccountId, incoming.headers, bytes.toString('utf8'), request.now);
    if (!callback || !account) {
      heard.add(1, { rail, outcome: 'forged' });
      parts.log.warn({ rail, fundingAccountId }, 'a callback with a signature that does not hold: refused');
      throw new Rejected('signature-invalid');
    }
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const taken = await parts.db.tx(everyBrand, (tx) => take(tx, parts, account, callback, sha256, request.now));
    heard.add(1, { rail, outcome: taken ? 'taken' : 'repeated' });
    response.status(200).set('cache-control', 'no-store').json({ received: true });
  });
}

async function hear(parts: Parts, rail: string, id: string, headers: NodeJS.Dict<string | string[]>, body: string, now: Date) {
  const account = await parts.db.tx(everyBrand, async (tx) => {
    const { rows } = await tx.query<Account & { sealed: string }>(
      'SELECT id, rail, brand_id AS "brandId", account AS sealed FROM funding_account WHERE id = $1 AND rail = $2',
      [id, rail],
    );
    const [row] = rows;
    const plain = row && (await parts.vault.open(tx, row.brandId, row.sealed));
    return row && plain ? { ...row, funding: JSON.parse(plain) as unknown } : undefined;
  });
  const listen = parts.callbacks.get(rail);
  if (!account || !listen) return { account: undefined, callback: null };
  return { account, callback: await understood(() => listen(account.funding, headers, body, now)) };
}

/** A text that is none of theirs is forged; a provider that cannot be asked about its signature may call again. */
async function understood(listen: () => Promise<Heard | null>): Promise<Heard | null> {
  try {
    return await listen();
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    if (error instanceof ZodError) throw new Rejected('request-invalid', { errors: problemErrors(error, 'body') });
    throw new Rejected('temporarily-unavailable', { headers: { 'retry-after': '30' } });
  }
}

/** False when it was taken in before. */
async function take(tx: Tx, parts: Parts, account: Account, callback: Heard, sha256: string, now: Date): Promise<boolean> {
  const { eventId, eventType, said } = callback;
  const { rowCount } = await tx.query(
    `INSERT INTO rail_callback (funding_account_id, event_id, rail, brand_id, event_type, payout_id, sha256, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    [account.id, eventId, account.rail, account.brandId, eventType, said?.payoutId ?? null, sha256, now],
  );
  if (rowCount === 0) return false;
  if (said) await believe(tx, parts, account, said, now);
  crashAround(tx, parts, 'callback');
  return true;
}

/** What fits its payout moves it on; what does not becomes an open item. */
async function believe(tx: Tx, parts: Parts, { brandId, rail }: Account, said: Said, now: Date): Promise<void> {
  const payouts = await askedPayouts(tx, brandId, rail, said.payoutId);
  const { reports, findings } = judgeLines([lineOf(said)], payouts);
  const context = { correlationId: `callback:${rail}`, actorId: `system:${parts.name}`, actorKind: 'system' } as const;
  const told = reports.map((report) => ({ ...report, ...costsOf(said.state) }));
  const { conflicts } = await recordReports(tx, parts, told, context, now);
  const payout = payouts.get(said.payoutId);
  const open: Finding[] = [
    ...findings,
    ...conflicts.flatMap(({ conflict }) => (payout ? [contradiction(lineOf(said), payout, conflict)] : [])),
  ];
  if (open.length === 0) return;
  // What a provider says to have paid has left the account.
  const paid = said.state.state === 'settled' && payout ? beyond(payout, said) : [];
  const opening = { brandId, reportId: null, openedBy: `system:${parts.name}`, now };
  const { idOf } = await openItems(tx, opening, open, ({ kind }) => kind === 'different' && paid.length > 0);
  const different = open.flatMap((finding) =>
    finding.kind === 'different' ? [{ itemId: idOf(finding), payoutId: said.payoutId, beyond: paid }] : [],
  );
  await bookDifferences(tx, parts.outbox, different, context, now);
  parts.log.error({ rail, brandId, payoutId: said.payoutId }, 'a callback does not fit the ledger: a person must look');
}

/** The payout, when the brand asked this rail for it. The rail may speak before its answer to the call is stored. */
async function askedPayouts(tx: Tx, brandId: string, rail: string, payoutId: string): Promise<Map<string, KnownPayout>> {
  const { rows } = await tx.query<KnownPayout>(
    `SELECT p.id, CASE WHEN p.status = 'cleared' AND p.attempted_at IS NOT NULL THEN 'submitted' ELSE p.status END AS status, p.amount, p.currency
     FROM payout p JOIN rail_item i ON i.rail_key = p.rail_key WHERE p.id = $1 AND p.brand_id = $2 AND p.rail = $3`,
    [payoutId, brandId, rail],
  );
  return new Map(rows.map((payout) => [payout.id, payout]));
}

function lineOf({ payoutId, amount, currency, state, reference }: Said): BankLine {
  const { outcome, reason } = reportOfState(payoutId, state);
  const direction = outcome === 'returned' ? 'back' : 'out';
  const named = { endToEndId: payoutId.slice(0, 35), fileId: null, reference: reference.slice(0, 35) };
  return { number: 1, ...named, direction, amount, currency, outcome, booked: false, reason, bookedOn: null };
}
