import { fromString } from 'typeid-js';
import { z } from 'zod';
import { newSuffix } from './sortable.js';

/** The closed list of id prefixes: what a TypeID of Tributary can name. */
export const idPrefixes = {
  brand: 'brd',
  program: 'prg',
  partner: 'ptr',
  enrollment: 'enr',
  deal: 'deal',
  link: 'lnk',
  click: 'clk',
  customer: 'cus',
  conversion: 'cnv',
  commission: 'com',
  entry: 'ent',
  approval: 'apr',
  hold: 'hold',
  case: 'cse',
  run: 'run',
  payout: 'pyt',
  payoutMethod: 'pm',
  fundingAccount: 'fac',
  statement: 'stm',
  accountStatement: 'ast',
  adjustment: 'adj',
  dealTemplate: 'dtp',
  dealBatch: 'bat',
  ledgerTransaction: 'ltx',
  user: 'usr',
  apiKey: 'key',
  event: 'evt',
  webhook: 'whk',
  clearance: 'clr',
  simulation: 'sim',
  recalculation: 'rcl',
  riskHit: 'rsk',
  bankReport: 'bkr',
  reconciliationItem: 'rci',
  approvalBatch: 'aba',
  delegation: 'dlg',
  riskSignal: 'rsg',
  riskBacktest: 'rbt',
  networkBan: 'ban',
  payoutFreeze: 'frz',
  erasure: 'ers',
  writeOff: 'wof',
  taxForm: 'txf',
  vatRegistration: 'vat',
  selfBillingAgreement: 'sba',
  selfBilledInvoice: 'sbi',
} as const;
export type IdKind = keyof typeof idPrefixes;

/** A new id: prefix and a UUIDv7 in base 32, sortable by the time of its making. */
export function newId(kind: IdKind): string {
  return `${idPrefixes[kind]}_${newSuffix()}`;
}

/** True when the text is a well-formed id of that kind. */
export function isId(kind: IdKind, text: string): boolean {
  try {
    return fromString(text, idPrefixes[kind]) !== undefined;
  } catch {
    return false;
  }
}

/** Schema of an id of one kind, for contracts. The pattern is TypeID's: 26 characters of Crockford base 32. */
export function idSchema(kind: IdKind) {
  const prefix = idPrefixes[kind];
  return z.string().regex(new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`), `must be an id like ${prefix}_…`);
}
