import { compare, rate as exact } from '@tributary/money';
import { checkedTin, type TinType } from './us-tin.js';

interface Treaty {
  country: string;
  article: string;
  rate: string;
}
interface Signed {
  name: string;
  address: { country: string };
  signedOn: string;
  signedBy: string;
}
interface W9 extends Signed {
  kind: 'W-9';
  classification: string;
  subjectToBackupWithholding: boolean;
  tin: { type: TinType; value: string };
}
interface W8 extends Signed {
  kind: 'W-8BEN' | 'W-8BEN-E';
  citizenship?: string | undefined;
  incorporatedIn?: string | undefined;
  tin?: { type: TinType; value: string } | undefined;
  foreignTin?: string | undefined;
  treaty?: Treaty | undefined;
}
/** What is handed in: as far as its rules go. */
export type HandedIn = W9 | W8 | { kind: 'refusal'; refuses: 'W-9' | 'W-8'; reason: string };

export interface FormProblem {
  pointer: string;
  rule: string;
}

/** A W-8 counts to the end of the third year after the one in which it was signed; a W-9 until circumstances change. */
export function expiryOf({ kind, signedOn }: { kind: string; signedOn: string }): string | null {
  return kind === 'W-9' ? null : `${BigInt(signedOn.slice(0, 4)) + 3n}-12-31`;
}

/** What is wrong with a form that is handed in on a day; nothing when it may be looked at. */
export function problemsOfForm(form: HandedIn, today: string): FormProblem[] {
  if (form.kind === 'refusal') return [];
  return [...problemsOfSignature(form, today), ...(form.kind === 'W-9' ? problemsOfW9(form) : problemsOfW8(form))];
}

function problemsOfSignature(form: W9 | W8, today: string): FormProblem[] {
  if (form.signedOn > today) return [{ pointer: '/signedOn', rule: 'must not lie in the future' }];
  const expiry = expiryOf(form);
  return expiry !== null && expiry < today ? [{ pointer: '/signedOn', rule: 'must not have expired' }] : [];
}

function problemsOfW9({ classification, address, tin }: W9): FormProblem[] {
  const problems: FormProblem[] = [];
  if (checkedTin(tin) === null) problems.push({ pointer: '/tin/value', rule: `must be a valid ${tin.type.toUpperCase()}` });
  // An ITIN is of people who are not US persons for social security, but may be for tax; entities have an EIN.
  if (classification !== 'individual' && classification !== 'other' && tin.type !== 'ein')
    problems.push({ pointer: '/tin/type', rule: 'must be an EIN for an entity' });
  if (address.country !== 'US') problems.push({ pointer: '/address/country', rule: 'must be US' });
  return problems;
}

function problemsOfW8({ kind, citizenship, incorporatedIn, address, tin, foreignTin, treaty }: W8): FormProblem[] {
  const problems: FormProblem[] = [];
  if (citizenship === 'US') problems.push({ pointer: '/citizenship', rule: 'a US citizen hands in a W-9' });
  if (incorporatedIn === 'US') problems.push({ pointer: '/incorporatedIn', rule: 'an entity of the US hands in a W-9' });
  if (address.country === 'US') problems.push({ pointer: '/address/country', rule: 'must be the country of residence, not US' });
  if (tin && checkedTin(tin) === null) problems.push({ pointer: '/tin/value', rule: `must be a valid ${tin.type.toUpperCase()}` });
  if (tin && kind === 'W-8BEN-E' && tin.type !== 'ein') problems.push({ pointer: '/tin/type', rule: 'must be an EIN for an entity' });
  return treaty ? [...problems, ...problemsOfTreaty(treaty, address.country, Boolean(tin ?? foreignTin))] : problems;
}

function problemsOfTreaty(treaty: Treaty, residence: string, hasNumber: boolean): FormProblem[] {
  const problems: FormProblem[] = [];
  if (treaty.country !== residence) problems.push({ pointer: '/treaty/country', rule: 'must be the country of residence' });
  if (treaty.rate.startsWith('-') || compare(exact(treaty.rate), exact('0.30')) > 0)
    problems.push({ pointer: '/treaty/rate', rule: 'must be between "0" and "0.30"' });
  if (!hasNumber) problems.push({ pointer: '/foreignTin', rule: 'a treaty is claimed with a US or foreign tax number' });
  return problems;
}
