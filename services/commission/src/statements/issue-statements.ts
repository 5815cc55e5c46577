import { canonicalJson, newId, type StatementContent } from '@tributary/contracts';
import type { NewEvent, Tx } from '@tributary/messaging';
import { insertEntries, lockRunningScopes, saveScopes } from '../accrual/journal-store.js';
import type { Brand } from '../profiles/brand-store.js';
import { entryEvent, written } from '../shared/entry-events.js';
import type { Issued } from '../shared/months.js';
import type { Rating } from '../shared/rating.js';
import { contentOf, hashOf, totalOf } from './content.js';
import type { FoldedMonth } from './fold-months.js';
import { type MonthPosting, postingsOf, scopesOf } from './postings.js';
import { type CurrentStatement, insertStatements, type StatementRow } from './statement-store.js';

/**
 * Posts what months have come to since they were last posted, and issues a statement, or its next revision, for each that now says
 * something else. Set-based: five statements, however many months.
 */
export async function issueStatements(
  tx: Tx,
  rating: Rating,
  brand: Brand,
  folded: readonly FoldedMonth[],
  current: ReadonlyMap<string, CurrentStatement>,
  postingOf: (month: FoldedMonth) => Pick<MonthPosting, 'into' | 'reason'>,
): Promise<Issued> {
  const changed = folded.filter((month) => saysAnother(month, current.get(month.deal.dealId)));
  if (changed.length === 0) return { statements: 0, entries: 0, posted: [] };
  // A month without a statement has posted nothing: there is no scope of it to be asked for.
  const known = changed.filter(({ deal }) => current.has(deal.dealId));
  const keys = known.flatMap((month) => scopesOf(month, current.get(month.deal.dealId)));
  const held = new Map((await lockRunningScopes(tx, [], keys)).map((scope) => [scope.scope, scope]));
  const statements = changed.map((month) => statementOf(month, current.get(month.deal.dealId), rating.now));
  const postings = changed.flatMap((month, index) => {
    const statementId = statements[index]?.row.statementId ?? '';
    return postingsOf(month, brand, current.get(month.deal.dealId), held, { ...postingOf(month), statementId, now: rating.now });
  });
  const made = postings.map((one) => one.made);
  const entries = made.map(written);
  await saveScopes(
    tx,
    postings.map(({ scope }) => scope),
  );
  await insertEntries(tx, entries);
  await insertStatements(
    tx,
    statements.map(({ row }) => row),
  );
  await rating.outbox.append(tx, rating.context, [
    ...made.map((one, index) => entryEvent(rating, one, entries[index]?.explanationHash ?? '')),
    ...statements.map(issuedEvent),
  ]);
  return { statements: statements.length, entries: entries.length, posted: made.map(({ entry }) => entry) };
}

/** Whether a month is worth another revision: another figure, or another state to go on with. */
function saysAnother({ currency, result }: FoldedMonth, current: CurrentStatement | undefined): boolean {
  if (current === undefined) return true;
  const { statements, closing } = result.explanation;
  const [now, before] = [
    { currency, statements, closing },
    { currency: current.currency, statements: current.statements, closing: current.closing },
  ];
  return canonicalJson(now) !== canonicalJson(before);
}

interface NewStatement {
  row: StatementRow;
  content: StatementContent;
}

function statementOf(month: FoldedMonth, current: CurrentStatement | undefined, now: Date): NewStatement {
  const { deal, period, currency, result } = month;
  const name = {
    statementId: current?.statementId ?? newId('statement'),
    revision: (current?.revision ?? 0) + 1,
    programId: deal.programId,
  };
  const content = contentOf(name, result.explanation);
  const row: StatementRow = {
    ...name,
    brandId: result.explanation.inputs.brandId,
    partnerId: deal.partnerId,
    dealId: deal.dealId,
    period,
    currency,
    total: totalOf(result.explanation.statements),
    explanation: result.explanation,
    hash: hashOf(content),
    issuedAt: now,
  };
  return { row, content };
}

const issuedEvent = ({ row: statement, content }: NewStatement): NewEvent => ({
  type: 'commission.statement.issued.v1',
  subject: statement.statementId,
  partnerId: statement.partnerId,
  brandId: statement.brandId,
  time: statement.issuedAt,
  data: { ...content, issuedAt: statement.issuedAt.toISOString(), hash: statement.hash },
});
