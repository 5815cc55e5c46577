import type { createFundingAccount, createPayoutMethod } from '@tributary/contracts';
import type { CommandRequest } from '@tributary/service-kit';
import { accountHint, checkedIban } from './bank-account.js';
import { routingChecks, usAccountHint } from './us-bank-account.js';

/** An account in its normal form: what is kept encrypted, what tells it from another, what is shown. */
export interface CheckedAccount {
  content: string;
  identity: string;
  hint: string;
  behaviour: string | null;
}
/** What is wrong with it. */
export interface WrongAccount {
  code: 'iban-invalid' | 'routing-number-invalid';
  errors: { pointer: string; rule: string }[];
}

const wrongIban: WrongAccount = { code: 'iban-invalid', errors: [{ pointer: '/account/iban', rule: 'must be a valid IBAN' }] };
const wrongRouting: WrongAccount = {
  code: 'routing-number-invalid',
  errors: [{ pointer: '/account/routingNumber', rule: 'must be a routing number whose check digit holds' }],
};

const simulated = (name: string, behaviour: string | null): CheckedAccount => ({
  content: JSON.stringify({ name }),
  identity: `simulated:${name}`,
  hint: 'simulated',
  behaviour,
});

function byIban(account: { iban: string }): CheckedAccount | WrongAccount {
  const iban = checkedIban(account.iban);
  if (iban === null) return wrongIban;
  return { content: JSON.stringify({ ...account, iban }), identity: `iban:${iban}`, hint: accountHint(iban), behaviour: null };
}

function byRouting(account: { routingNumber: string; accountNumber: string }): CheckedAccount | WrongAccount {
  if (!routingChecks(account)) return wrongRouting;
  const identity = `us:${account.routingNumber}:${account.accountNumber}`;
  return { content: JSON.stringify(account), identity, hint: usAccountHint(account), behaviour: null };
}

const asGiven = (account: object, identity: string, hint: string): CheckedAccount => ({
  content: JSON.stringify(account),
  identity,
  hint,
  behaviour: null,
});

/** Enough of an address for its owner to recognise it. */
const emailHint = (email: string): string => `${email.slice(0, 1)}***${email.slice(email.lastIndexOf('@'))}`;

/** The account of a payout method, checked. */
export function methodAccount(body: CommandRequest<typeof createPayoutMethod>['body']): CheckedAccount | WrongAccount {
  if (body.kind === 'simulated') return simulated(body.account.name, body.account.behaviour ?? null);
  if (body.kind === 'paypal') return asGiven(body.account, `paypal:${body.account.email.toLowerCase()}`, emailHint(body.account.email));
  if (body.kind === 'stripe')
    return asGiven(body.account, `stripe:${body.account.accountId}`, `acct_***${body.account.accountId.slice(-4)}`);
  return body.kind === 'us-bank-account' ? byRouting(body.account) : byIban(body.account);
}

/** The account that a brand pays from, checked. */
export function fundingAccountOf(body: CommandRequest<typeof createFundingAccount>['body']): CheckedAccount | WrongAccount {
  if (body.rail === 'simulated-api') return simulated(body.account.name, null);
  if (body.rail === 'paypal') return asGiven(body.account, body.account.clientId, 'PayPal');
  if (body.rail === 'stripe') return asGiven(body.account, body.account.secretKey, 'Stripe');
  return body.rail === 'nacha-file' ? byRouting(body.account) : byIban(body.account);
}
