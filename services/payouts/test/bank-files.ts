// Files as banks write them, for tests.

export const iban = 'DE89370400440532013000';
const document = (message: string, inner: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${message}">${inner}</Document>`;
const tag = (name: string, content: string | undefined) => (content === undefined ? '' : `<${name}>${content}</${name}>`);
const major = (minor: number) => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;

export interface Status {
  id?: string;
  status: string;
  reason?: string;
  amount?: number;
}

/** A payment status report: of payments one by one, or of all in the file. */
export function pain002(statuses: readonly Status[], whole?: { fileId: string; status: string }): string {
  const lines = statuses.map(({ id, status, reason, amount }) =>
    tag(
      'TxInfAndSts',
      tag('OrgnlEndToEndId', id?.replace('_', '-')) +
        tag('TxSts', status) +
        tag('StsRsnInf', reason && tag('Rsn', tag('Cd', reason))) +
        tag('OrgnlTxRef', amount === undefined ? undefined : tag('Amt', `<InstdAmt Ccy="EUR">${major(amount)}</InstdAmt>`)),
    ),
  );
  const group = tag('OrgnlMsgId', whole?.fileId ?? 'M') + tag('OrgnlMsgNmId', 'pain.001.001.09') + tag('GrpSts', whole?.status);
  return document(
    'pain.002.001.10',
    tag(
      'CstmrPmtStsRpt',
      tag('GrpHdr', tag('MsgId', 'S1')) +
        tag('OrgnlGrpInfAndSts', group) +
        tag('OrgnlPmtInfAndSts', tag('OrgnlPmtInfId', 'M.0') + lines.join('')),
    ),
  );
}

export interface Entry {
  id?: string;
  amount: number;
  side?: 'DBIT' | 'CRDT';
  status?: string;
  reference?: string;
  returned?: string;
  day?: string;
  batch?: string;
  currency?: string;
  /** What the bank says that it took, inside of the amount or besides. */
  charges?: { amount: number; included?: boolean; side?: 'DBIT' | 'CRDT'; currency?: string }[];
  /** What kind of an entry the bank says it is. */
  family?: string;
}

function entry({
  id,
  amount,
  side = 'DBIT',
  status = 'BOOK',
  reference,
  returned,
  day = '2026-03-02',
  batch,
  currency = 'EUR',
  charges = [],
  family,
}: Entry): string {
  const records = charges.map(
    (charge) =>
      `<Rcrd><Amt Ccy="${charge.currency ?? currency}">${major(charge.amount)}</Amt>` +
      `${tag('CdtDbtInd', charge.side ?? 'DBIT')}${tag('ChrgInclInd', String(charge.included ?? true))}</Rcrd>`,
  );
  const details =
    id === undefined
      ? ''
      : tag('TxDtls', tag('Refs', tag('EndToEndId', id.replace('_', '-'))) + tag('RtrInf', returned && tag('Rsn', tag('Cd', returned))));
  return tag(
    'Ntry',
    `<Amt Ccy="${currency}">${major(amount)}</Amt>` +
      tag('CdtDbtInd', side) +
      tag('Sts', tag('Cd', status)) +
      tag('BookgDt', tag('Dt', day)) +
      tag('AcctSvcrRef', reference) +
      tag('BkTxCd', family && tag('Domn', tag('Cd', 'PMNT') + tag('Fmly', tag('Cd', 'ICDT') + tag('SubFmlyCd', family)))) +
      tag('Chrgs', records.length > 0 ? records.join('') : undefined) +
      tag('NtryDtls', tag('Btch', batch && tag('PmtInfId', batch)) + details),
  );
}

const account = (of: string) => tag('Acct', tag('Id', tag('IBAN', of)));

export const camt054 = (entries: readonly Entry[], of = iban): string =>
  document(
    'camt.054.001.08',
    tag(
      'BkToCstmrDbtCdtNtfctn',
      tag('GrpHdr', tag('MsgId', 'N1')) + tag('Ntfctn', tag('Id', 'N1') + account(of) + entries.map(entry).join('')),
    ),
  );

/** A statement; with an opening balance, its closing balance is what the entries make of it, or what is given. */
export function camt053(
  entries: readonly Entry[],
  { of = iban, to = '2026-03-02', opening, closing }: { of?: string; to?: string; opening?: number; closing?: number } = {},
): string {
  const balance = (code: string, amount: number) =>
    tag(
      'Bal',
      tag('Tp', tag('CdOrPrtry', tag('Cd', code))) +
        `<Amt Ccy="EUR">${major(Math.abs(amount))}</Amt>` +
        tag('CdtDbtInd', amount < 0 ? 'DBIT' : 'CRDT'),
    );
  const sum = entries.reduce((total, { amount, side }) => total + (side === 'CRDT' ? amount : -amount), 0);
  const balances = opening === undefined ? '' : balance('OPBD', opening) + balance('CLBD', closing ?? opening + sum);
  const period = tag('FrToDt', tag('FrDtTm', `${to}T00:00:00Z`) + tag('ToDtTm', `${to}T23:59:59Z`));
  return document(
    'camt.053.001.08',
    tag('BkToCstmrStmt', tag('Stmt', tag('Id', 'ST') + period + account(of) + balances + entries.map(entry).join(''))),
  );
}
