import { createHash } from 'node:crypto';
import { newId, uploadBankReport } from '@tributary/contracts';
import type { NewEvent, Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { type CommandRequest, command, created, NotYetKnown, type Route, reject, seeingEverything } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { bookDifferences, bookFees } from '../shared/book-differences.js';
import { recordReports } from '../shared/record-reports.js';
import {
  type BankReportRow,
  bankReportView,
  findSameFile,
  insertBankReport,
  insertBookings,
  knownIdentities,
  lockBankReports,
  wireTotals,
} from './bank-report-store.js';
import { type BankFileContent, type BankLine, UnreadableFile } from './domain/bank-line.js';
import { type Finding, identityOf, signed } from './domain/findings.js';
import { contradiction, judgeLines, type KnownPayout } from './domain/judge-lines.js';
import { type Reconciled, reconcile } from './domain/reconcile.js';
import { expandFiles, expectedMovements, knownPayouts } from './expected.js';
import { readBankFile } from './files/read-bank-file.js';
import { type ItemRow, openItems, resolveItems } from './item-store.js';

type Request = CommandRequest<typeof uploadBankReport>;
type ReadAs = BankReportRow['readAs'];

/**
 * Takes a bank's file in: what it says of payouts moves them on, and where bank and ledger differ an item is opened. The same file
 * again is answered alike and changes nothing.
 */
export function uploadBankReportRoute(parts: Parts): Route {
  return command(uploadBankReport, async (request) => {
    const { params, query, body, tx, now } = request;
    const { brandId } = params;
    const { rowCount } = await tx.query('SELECT 1 FROM brand_profile WHERE brand_id = $1', [brandId]);
    if (rowCount === 0) throw new NotYetKnown('brand', brandId);
    const file = readOrWhy(body);
    if (typeof file === 'string') return reject('bank-report-unreadable', { detail: file });
    const readAs = query.as ?? (file.kind === 'camt.053' || file.kind === 'csv' ? 'statement' : 'status');
    if (file.kind === 'pain.002' && readAs === 'statement')
      return reject('bank-report-unreadable', { detail: 'a pain.002 says what becomes of payments; it books nothing' });
    await lockBankReports(tx, brandId);
    const sha256 = createHash('sha256').update(body.text).digest('hex');
    const same = await findSameFile(tx, brandId, sha256, readAs);
    if (same) return created(bankReportView(same));
    if (await isOfOtherAccount(tx, parts, brandId, file)) return reject('bank-report-other-account');
    const report = await takeIn(request, parts, file, { id: newId('bankReport'), sha256, readAs, now });
    return created(bankReportView(report), { headers: { location: `/api/v1/bank-reports/${report.id}` } });
  });
}

function readOrWhy({ mediaType, text }: Request['body']): BankFileContent | string {
  try {
    return readBankFile(mediaType, text);
  } catch (error) {
    if (error instanceof UnreadableFile) return error.message;
    throw error;
  }
}

/** Whether a file names an account, and none of those that the brand ever paid from. */
async function isOfOtherAccount(tx: Tx, { vault }: Parts, brandId: string, { ibans }: BankFileContent): Promise<boolean> {
  if (ibans.length === 0) return false;
  const { rows } = await tx.query<{ account: string }>('SELECT account FROM funding_account WHERE brand_id = $1', [brandId]);
  const own = new Set<unknown>();
  for (const { account } of rows) own.add((JSON.parse((await vault.open(tx, brandId, account)) ?? '{}') as { iban?: unknown }).iban);
  return ibans.some((iban) => !own.has(iban));
}

interface Taking {
  id: string;
  sha256: string;
  readAs: ReadAs;
  now: Date;
}

async function takeIn(request: Request, parts: Parts, file: BankFileContent, { id, sha256, readAs, now }: Taking): Promise<BankReportRow> {
  const { params, tx, context, body } = request;
  const { brandId } = params;
  const lines = await expandFiles(tx, brandId, file.lines);
  const payouts = await knownPayouts(
    tx,
    brandId,
    lines.flatMap(({ endToEndId }) => endToEndId ?? []),
  );
  const { findings: doubts, recognised } = await believe(request, parts, lines, payouts);
  const reconciled = readAs === 'statement' ? await holdAgainstLedger(tx, parts, brandId, file, lines, payouts) : null;
  const findings = reconciled?.findings ?? doubts;

  const written = { id, brandId, kind: file.kind, sha256, readAs, from: file.from, to: file.to, lines: file.lines.length, recognised };
  const report: BankReportRow = {
    ...written,
    repeated: reconciled?.bookings.filter(({ verdict }) => verdict === 'repeated').length ?? 0,
    totals: wireTotals(reconciled?.totals ?? []),
    itemIds: [],
    createdBy: context.actorId,
    createdAt: now,
  };
  // A report is never changed, so it is written with the ids of its items, after them.
  const { itemIds, idOf, opened } = await writeReport(tx, parts, report, body.text, findings);
  if (reconciled) {
    await bookStatement(request, parts, reconciled, idOf);
    await insertBookings(tx, id, brandId, reconciled.bookings);
    await closeMissing(request, parts, report, reconciled);
  }
  if (opened.length > 0) parts.log.warn({ reportId: id, brandId, opened: opened.length }, 'bank and ledger differ: a person must look');
  await parts.outbox.append(tx, context, readEvents(report, opened, now));
  return { ...report, itemIds };
}

/** Reports what the lines say of payouts. The run may span brands that the caller does not see: it follows its payouts all the same. */
async function believe({ tx, context, now }: Request, parts: Parts, lines: readonly BankLine[], payouts: ReadonlyMap<string, KnownPayout>) {
  const { reports, findings } = judgeLines(lines, payouts);
  const { conflicts } = await seeingEverything(tx, () => recordReports(tx, parts, reports, context, now));
  for (const { payoutId, outcome, conflict } of conflicts) {
    const report = reports.find((each) => each.payoutId === payoutId && each.outcome === outcome);
    const payout = payouts.get(payoutId);
    if (report && payout) findings.push(contradiction(report.line, payout, conflict));
  }
  return { findings, recognised: reports.length - conflicts.length };
}

async function holdAgainstLedger(
  tx: Tx,
  { settings }: Parts,
  brandId: string,
  { to }: BankFileContent,
  lines: readonly BankLine[],
  payouts: ReadonlyMap<string, KnownPayout>,
): Promise<Reconciled> {
  const movements = await expectedMovements(tx, brandId, { to, bankDays: settings.bankDays, payoutIds: [...payouts.keys()] });
  const known = await knownIdentities(tx, brandId, lines.map(identityOf));
  const payoutOf = ({ endToEndId }: BankLine) => (endToEndId !== null && payouts.has(endToEndId) ? endToEndId : null);
  const reconciled = reconcile(lines, movements, (line) => known.has(identityOf(line)), payoutOf);
  for (const { currency, book, bank, exceptions } of reconciled.totals)
    if (book !== bank + exceptions)
      throw new Error(`${book} ${currency} in the books are not ${bank} at the bank and ${exceptions} of exceptions`);
  return reconciled;
}

async function writeReport(tx: Tx, { vault }: Parts, report: BankReportRow, content: string, findings: readonly Finding[]) {
  const { id, brandId, createdBy, createdAt } = report;
  await tx.query('SET CONSTRAINTS "reconciliation_item_report_fkey" DEFERRED');
  const items = await openItems(tx, { brandId, reportId: id, openedBy: createdBy, now: createdAt }, findings, movesMoney);
  await insertBankReport(tx, { ...report, itemIds: items.itemIds }, await vault.seal(tx, id, content));
  return items;
}

/** What a statement books otherwise than it was told to; a status only announces it. */
const movesMoney = ({ kind, difference }: Finding): boolean => kind === 'different' && difference !== 0n;

/** What the bank took for payments is a cost, and what it moved otherwise than told lies in suspense: the books hold what the account does. */
async function bookStatement(
  { tx, context, now }: Request,
  { outbox }: Parts,
  { bookings, findings }: Reconciled,
  idOf: (of: Finding) => string,
) {
  const fees = bookings.flatMap(({ verdict, payoutId, line }) => {
    const { direction, amount, currency } = line;
    if (verdict !== 'fee' || payoutId === null || amount === null || currency === null) return [];
    return [{ payoutId, name: `${payoutId}:${identityOf(line)}`, fee: { amount: signed(direction, amount), currency } }];
  });
  const different = findings.flatMap((finding) => {
    const { payoutId, currency, difference } = finding;
    if (!movesMoney(finding) || payoutId === null || currency === null) return [];
    return [{ itemId: idOf(finding), payoutId, beyond: [{ amount: -difference, currency }] }];
  });
  await seeingEverything(tx, async () => {
    await bookFees(tx, outbox, fees, context, now);
    await bookDifferences(tx, outbox, different, context, now);
  });
}

/** What was missing and is shown now is explained. */
async function closeMissing({ tx, context }: Request, parts: Parts, report: BankReportRow, { bookings }: Reconciled): Promise<void> {
  const shown = bookings.filter(({ verdict }) => verdict === 'matched' || verdict === 'different');
  const keys = shown.map(({ payoutId, line }) => `missing:${payoutId}:${line.direction}`);
  const explained = { resolution: `shown by ${report.id}`, resolvedBy: `system:${parts.name}`, now: report.createdAt };
  const resolved = await resolveItems(tx, { brandId: report.brandId, keys }, explained);
  await parts.outbox.append(tx, context, resolved.map(resolvedEvent));
}

const itemsPerEvent = 1000;

function readEvents(
  report: BankReportRow,
  opened: readonly (Finding & { id: string })[],
  now: Date,
): NewEvent<'payouts.bank-report.read.v1'>[] {
  const { id: reportId, brandId, kind: fileKind, sha256, lines, createdBy: readBy } = report;
  const parts = Math.max(1, Math.ceil(opened.length / itemsPerEvent));
  const facts = { reportId, brandId, fileKind, sha256, lines, parts, readBy, readAt: now.toISOString() };
  const item = ({ id: itemId, kind, payoutId, currency, difference }: Finding & { id: string }) => {
    return { itemId, kind, payoutId, currency, difference: toWireAmount(difference) };
  };
  return Array.from({ length: parts }, (_, index) => ({
    type: 'payouts.bank-report.read.v1',
    subject: reportId,
    brandId,
    data: { ...facts, part: index + 1, opened: opened.slice(index * itemsPerEvent, (index + 1) * itemsPerEvent).map(item) },
  }));
}

/** Says that an item was explained. */
export function resolvedEvent(item: ItemRow): NewEvent<'payouts.reconciliation.resolved.v1'> {
  const { id: itemId, brandId, kind, payoutId, currency, difference, reportId, openedBy, resolvedBy, resolvedAt } = item;
  const facts = { itemId, brandId, kind, payoutId, currency, difference: toWireAmount(difference), reportId, openedBy };
  return {
    type: 'payouts.reconciliation.resolved.v1',
    subject: itemId,
    brandId,
    data: { ...facts, resolvedBy: resolvedBy ?? '', resolvedAt: (resolvedAt ?? item.openedAt).toISOString() },
  };
}
