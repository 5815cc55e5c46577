import { type EventOf, freezeDays } from '@tributary/contracts';

const dayMs = 86_400_000;

/** Told to the former addresses too: who took over the present one does not read them. */
export const alerts: readonly Template[] = ['contact-changed', 'payout-method-changed', 'payout-method-verified', 'payout-method-disabled'];

export type Template =
  | 'statement-issued'
  | 'contact-changed'
  | 'payout-settled'
  | 'payout-failed'
  | 'payout-returned'
  | `payout-method-${'changed' | 'verified' | 'disabled' | 'returned'}`;

/** What a template is filled with, besides the names that are looked up when it is sent: nothing personal. */
export interface MessageFacts {
  amount?: number;
  currency?: string;
  sandbox?: boolean;
  usableFrom?: string;
  /** Until when the account that it is about can be frozen by a link. */
  freezeUntil?: string;
  period?: string;
}

/** A message that a fact asks for. The key says what happened to what: two wishes with one key are one. */
export interface Wish {
  key: string;
  partnerId: string;
  brandId: string | null;
  template: Template;
  /** Id of the thing that it is about. */
  about: string;
  facts: MessageFacts;
}

const templates = {
  'payouts.payout.settled.v1': 'payout-settled',
  'payouts.payout.failed.v1': 'payout-failed',
  'payouts.payout.returned.v1': 'payout-returned',
} as const;

export function ofPayout({ type, data }: EventOf<keyof typeof templates>): Wish {
  const { payoutId, partnerId, brandId, amount, currency, sandbox } = data;
  const template = templates[type];
  return { key: `${template} ${payoutId}`, partnerId, brandId, template, about: payoutId, facts: { amount, currency, sandbox } };
}

/** Each change of where money goes is told, so that a partner notices one that is not his own. */
export function ofPayoutMethod({ data, sequence = 0 }: EventOf<'payouts.payout-method.changed.v1'>): Wish {
  const { payoutMethodId, partnerId, usableFrom, change = 'entered', changedAt } = data;
  const template = change === 'entered' ? 'payout-method-changed' : (`payout-method-${change}` as const);
  return {
    key: `${template} ${payoutMethodId} ${sequence}`,
    partnerId,
    brandId: null,
    template,
    about: payoutMethodId,
    facts: { usableFrom, ...(change === 'entered' && { freezeUntil: new Date(Date.parse(changedAt) + freezeDays * dayMs).toISOString() }) },
  };
}

/** A change of address is told, at the former one too; once for each change, however often its partner is told of after that. */
export function ofPartner({ data: { partnerId, contactChangedAt } }: EventOf<'directory.partner.changed.v1'>): Wish | undefined {
  if (contactChangedAt === undefined) return undefined;
  const template = 'contact-changed';
  return { key: `${template} ${partnerId} ${contactChangedAt}`, partnerId, brandId: null, template, about: partnerId, facts: {} };
}

/** A month of the partner's account is stated: the amount is its closing balance. */
export function ofStatement({ data }: EventOf<'payouts.statement.issued.v1'>): Wish {
  const { statementId, partnerId, brandId, closing, currency, period } = data;
  return {
    key: `statement-issued ${statementId}`,
    partnerId,
    brandId,
    template: 'statement-issued',
    about: statementId,
    facts: { amount: closing, currency, period },
  };
}
