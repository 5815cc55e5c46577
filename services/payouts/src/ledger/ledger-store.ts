import { newId } from '@tributary/contracts';
import { type EventContext, type NewEvent, type Outbox, rowsOf, type Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { type BalanceTerms, noBalance, plusLeg } from './domain/balance-terms.js';
import type { Posting } from './domain/posting.js';

/** A posting and what caused it. */
export interface CausedPosting {
  posting: Posting;
  context: EventContext;
}

const newTransactions = {
  id: 'text',
  business_key: 'text',
  kind: 'text',
  brand_id: 'text',
  partner_id: 'text',
  currency: 'text',
  entry_id: 'text',
  payout_id: 'text',
  accounts: 'text',
  amounts: 'text',
  effective_at: 'timestamptz',
  reason: 'text',
  rate_id: 'text',
};
/**
 * A transaction and its legs are one row; the legs come as array texts, since arrays of arrays must be of one length. Those of equal
 * keys are written already, maybe by an earlier delivery of the same event.
 */
const insertTransactions = /* sql */ `
INSERT INTO ledger_transaction (${Object.keys(newTransactions).join(', ')}, posted_at)
SELECT id, business_key, kind, brand_id, partner_id, currency, entry_id, payout_id, accounts::text[], amounts::bigint[], effective_at, reason, rate_id, $14
FROM ${rowsOf(newTransactions)} posting
ON CONFLICT (business_key) DO NOTHING RETURNING id`;

/**
 * Writes transactions, one event for each, and the balances. Returns the keys that were new: a posting whose key exists has been made
 * before and changes nothing. Transactions of no money are left out. Balances come last: few rows that everybody adds to, locked from
 * then until the commit.
 */
export async function post(tx: Tx, outbox: Outbox, caused: readonly CausedPosting[], now: Date): Promise<Set<string>> {
  const wanted = caused
    .filter(({ posting }) => posting.legs.some((leg) => leg.amount !== 0n))
    .map(({ posting, context }) => ({ id: newId('ledgerTransaction'), posting, context }));
  const [first] = wanted;
  if (!first) return new Set();
  const column = <T>(pick: (posting: Posting) => T) => wanted.map(({ posting }) => pick(posting));
  const { rows } = await tx.query<{ id: string }>(insertTransactions, [
    wanted.map(({ id }) => id),
    column((p) => p.key),
    column((p) => p.kind),
    column((p) => p.brandId),
    column((p) => p.partnerId),
    column((p) => p.currency),
    column((p) => p.entryId),
    column((p) => p.payoutId),
    column((p) => `{${p.legs.map(({ account }) => account).join()}}`),
    column((p) => `{${p.legs.map(({ amount }) => amount).join()}}`),
    column((p) => p.effectiveAt),
    column((p) => p.reason ?? null),
    column((p) => p.rateId ?? null),
    now,
  ]);
  const written = new Set(rows.map(({ id }) => id));
  const posted = wanted.filter(({ id }) => written.has(id));
  await outbox.append(
    tx,
    first.context,
    posted.map(({ id, posting, context }) => postedEvent(id, posting, context, now)),
  );
  await addToBalances(
    tx,
    posted.map(({ posting }) => posting),
  );
  return new Set(posted.map(({ posting }) => posting.key));
}

function postedEvent(id: string, posting: Posting, context: EventContext, now: Date): NewEvent<'payouts.ledger.posted.v1'> {
  const { partnerId, brandId, currency, kind, entryId, payoutId, reason, rateId } = posting;
  const legs = posting.legs.map(({ account, amount }) => ({ account, amount: toWireAmount(amount) }));
  return {
    type: 'payouts.ledger.posted.v1',
    subject: id,
    partnerId,
    brandId,
    context,
    data: {
      transactionId: id,
      brandId,
      partnerId,
      currency,
      kind,
      entryId,
      payoutId,
      legs,
      postedAt: now.toISOString(),
      ...(reason && { reason }),
      ...(rateId && { rateId }),
    },
  };
}

/** The terms in the order of the balance table's columns. */
const terms = [
  'accrued',
  'reversed',
  'rejected',
  'pending',
  'held',
  'approved',
  'payable',
  'inPayout',
  'paid',
  'receivable',
  'writtenOff',
  'fees',
  'taxWithheld',
  'vat',
  'offset',
  'exchanged',
] as const satisfies readonly (keyof BalanceTerms)[];
/** The terms as columns of the balance table; OFFSET is a word of SQL. */
export const balanceColumns = terms.map((term) => `"${term.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`)}"`);

const addBalances = /* sql */ `
INSERT INTO balance (partner_id, brand_id, currency, ${balanceColumns.join(', ')})
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], ${balanceColumns.map((_, index) => `$${index + 4}::bigint[]`).join(', ')}) AS added (partner_id, brand_id, currency, ${balanceColumns.join(', ')})
ORDER BY partner_id, brand_id, currency
ON CONFLICT (partner_id, brand_id, currency) DO UPDATE SET ${balanceColumns.map((name) => `${name} = balance.${name} + excluded.${name}`).join(', ')}`;

async function addToBalances(tx: Tx, postings: readonly Posting[]): Promise<void> {
  const groups = new Map<string, { posting: Posting; terms: BalanceTerms }>();
  for (const posting of postings) {
    const key = `${posting.partnerId}|${posting.brandId}|${posting.currency}`;
    const before = groups.get(key)?.terms ?? noBalance;
    groups.set(key, { posting, terms: posting.legs.reduce(plusLeg, before) });
  }
  const rows = [...groups.values()];
  await tx.query(addBalances, [
    rows.map(({ posting }) => posting.partnerId),
    rows.map(({ posting }) => posting.brandId),
    rows.map(({ posting }) => posting.currency),
    ...terms.map((term) => rows.map((row) => row.terms[term].toString())),
  ]);
}

/** Balances as columns of a fold over legs: the same terms as `plusLeg` makes, computed by the database. */
export const foldOfLegs = /* sql */ `
  coalesce(sum(-amount) FILTER (WHERE account = 'brand-expense' AND amount < 0), 0)::bigint AS accrued,
  coalesce(sum(amount) FILTER (WHERE account = 'brand-expense' AND amount > 0), 0)::bigint AS reversed,
  coalesce(sum(amount) FILTER (WHERE account = 'rejected'), 0)::bigint AS rejected,
  coalesce(sum(amount) FILTER (WHERE account = 'pending'), 0)::bigint AS pending,
  coalesce(sum(amount) FILTER (WHERE account = 'held'), 0)::bigint AS held,
  coalesce(sum(amount) FILTER (WHERE account = 'approved'), 0)::bigint AS approved,
  coalesce(sum(amount) FILTER (WHERE account = 'payable'), 0)::bigint AS payable,
  coalesce(sum(amount) FILTER (WHERE account = 'in-payout'), 0)::bigint AS in_payout,
  coalesce(sum(amount) FILTER (WHERE account = 'paid'), 0)::bigint AS paid,
  coalesce(sum(-amount) FILTER (WHERE account = 'receivable'), 0)::bigint AS receivable,
  coalesce(sum(amount) FILTER (WHERE account = 'written-off'), 0)::bigint AS written_off,
  coalesce(sum(amount) FILTER (WHERE account IN ('fees', 'exchange-fees', 'exchange-costs')), 0)::bigint AS fees,
  coalesce(sum(amount) FILTER (WHERE account = 'tax-withheld'), 0)::bigint AS tax_withheld,
  coalesce(sum(amount) FILTER (WHERE account = 'vat'), 0)::bigint AS vat,
  coalesce(sum(amount) FILTER (WHERE account = 'offset'), 0)::bigint AS "offset",
  coalesce(sum(amount) FILTER (WHERE account = 'exchange'), 0)::bigint AS exchanged`;
