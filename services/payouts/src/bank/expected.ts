import type { Tx } from '@tributary/messaging';
import { fileRails } from '../rails/domain/rail.js';
import type { BankLine } from './domain/bank-line.js';
import type { KnownPayout } from './domain/judge-lines.js';
import type { Movement } from './domain/reconcile.js';

/** The payouts of a brand by the names that banks hand through, as far as they went by a bank. */
export async function knownPayouts(tx: Tx, brandId: string, ids: readonly string[]): Promise<Map<string, KnownPayout>> {
  const { rows } = await tx.query<KnownPayout>(
    'SELECT id, status, amount, currency FROM payout WHERE brand_id = $1 AND id = ANY ($2) AND rail = ANY ($3)',
    [brandId, ids, fileRails],
  );
  return new Map(rows.map((payout) => [payout.id, payout]));
}

/** The payouts in files of payments, by our names for the files: those of the whole message, and those of its only part. */
async function payoutsInFiles(tx: Tx, brandId: string, fileIds: readonly string[]): Promise<Map<string, string[]>> {
  const messages = new Map(fileIds.map((fileId) => [fileId, fileId.split('.', 1)[0] ?? '']));
  const { rows } = await tx.query<{ messageId: string; payoutIds: string[] }>(
    `SELECT right(run_id, 16) || right(brand_id, 8) AS "messageId", ARRAY(SELECT payout_id FROM bank_file_payout p WHERE p.run_id = f.run_id AND p.brand_id = f.brand_id AND p.rail = f.rail ORDER BY 1) AS "payoutIds"
     FROM bank_file f WHERE brand_id = $1 AND rail = 'bank-file' AND right(run_id, 16) || right(brand_id, 8) = ANY ($2)`,
    [brandId, [...messages.values()]],
  );
  const byMessage = new Map(rows.map(({ messageId, payoutIds }) => [messageId, payoutIds]));
  return new Map(
    [...messages].flatMap(([fileId, messageId]) => (byMessage.has(messageId) ? [[fileId, byMessage.get(messageId) ?? []]] : [])),
  );
}

/**
 * Puts in the place of a line about a whole file one for each of its payouts: of those that no line names, where it says a status; of
 * those that went out, where it is the booking of their sum. A line that fits no file stays what it is.
 */
export async function expandFiles(tx: Tx, brandId: string, lines: readonly BankLine[]): Promise<BankLine[]> {
  const fileIds = lines.flatMap(({ fileId }) => (fileId === null ? [] : [fileId]));
  if (fileIds.length === 0) return [...lines];
  const files = await payoutsInFiles(tx, brandId, fileIds);
  const named = new Set(lines.map(({ endToEndId }) => endToEndId));
  const payouts = await knownPayouts(tx, brandId, [...files.values()].flat());
  return lines.flatMap((line) => {
    const inFile = line.fileId === null ? undefined : files.get(line.fileId);
    if (inFile === undefined) return [line];
    if (line.amount === null) return inFile.filter((id) => !named.has(id)).map((id) => ({ ...line, fileId: null, endToEndId: id }));
    const sent = inFile.flatMap((id) => payouts.get(id) ?? []).filter(({ status }) => status !== 'failed');
    const fits =
      sent.every(({ currency }) => currency === line.currency) && sent.reduce((sum, { amount }) => sum + amount, 0n) === line.amount;
    if (!fits || sent.length === 0) return [line];
    return sent.map(({ id, amount }) => ({ ...line, fileId: null, endToEndId: id, amount }));
  });
}

interface Moved {
  payoutId: string;
  currency: string;
  amount: bigint;
  settledAt: Date | null;
  handedAt: Date;
  returnedAt: Date | null;
  outSeen: boolean;
  backSeen: boolean;
}

/** What the journal says of each payout that a bank has, unless nothing of it is left to be seen. */
const moved = /* sql */ `
SELECT p.id AS "payoutId", p.currency, leg.amount, handed.effective_at AS "handedAt", settled.effective_at AS "settledAt", back.effective_at AS "returnedAt",
  seen.out AS "outSeen", seen.back AS "backSeen"
FROM payout p
JOIN ledger_transaction handed ON handed.payout_id = p.id AND handed.kind = 'handed-to-rail'
JOIN LATERAL (SELECT sum(each.amount)::bigint AS amount FROM unnest(handed.accounts, handed.amounts) AS each (account, amount) WHERE each.account = 'brand-funds') leg ON true
LEFT JOIN ledger_transaction settled ON settled.payout_id = p.id AND settled.kind = 'settlement'
LEFT JOIN ledger_transaction back ON back.payout_id = p.id AND back.kind = 'return'
JOIN LATERAL (SELECT coalesce(bool_or(b.direction = 'out'), false) AS out, coalesce(bool_or(b.direction = 'back'), false) AS back
  FROM bank_booking b WHERE b.payout_id = p.id AND b.verdict IN ('matched', 'different')) seen ON true
WHERE p.brand_id = $1 AND p.rail = ANY ($2) AND p.status IN ('submitted', 'unknown', 'settled', 'returned')
  AND (p.id = ANY ($3) OR NOT seen.out OR (back.payout_id IS NOT NULL AND NOT seen.back))
ORDER BY p.id`;

const dayMs = 86_400_000;

/**
 * The movements that a statement up to a day is held against. Due is what was settled or returned by then, and what was handed to the
 * bank so many days before; what went out of late may still be on its way, and is matched when the statement shows it already.
 */
export async function expectedMovements(
  tx: Tx,
  brandId: string,
  { to, bankDays, payoutIds }: { to: string | null; bankDays: number; payoutIds: readonly string[] },
): Promise<Movement[]> {
  const { rows } = await tx.query<Moved>(moved, [brandId, fileRails, payoutIds]);
  const end = to === null ? Number.NEGATIVE_INFINITY : Date.parse(`${to}T00:00:00Z`) + dayMs;
  const by = (at: Date | null, days = 0) => at !== null && at.getTime() < end - days * dayMs;
  return rows.flatMap(({ payoutId, amount, currency, settledAt, handedAt, returnedAt, outSeen, backSeen }): Movement[] => [
    { payoutId, direction: 'out', amount, currency, due: by(settledAt) || by(handedAt, bankDays), seen: outSeen },
    ...(returnedAt === null ? [] : [{ payoutId, direction: 'back', amount, currency, due: by(returnedAt), seen: backSeen } as const]),
  ]);
}
