import type { EventOf } from '@tributary/contracts';

export type Template =
  | 'statement-issued'
  | 'payout-settled'
  | 'payout-failed'
  | 'payout-returned'
  | `payout-method-${'changed' | 'verified' | 'disabled'}`;

/** What a template is filled with, besides the names that are looked up when it is sent: nothing personal. */
export interface MessageFacts {
  amount?: number;
  currency?: string;
  sandbox?: boolean;
  usableFrom?: string;
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
  const { payoutMethodId, partnerId, usableFrom, change = 'entered' } = data;
  const template = change === 'entered' ? 'payout-method-changed' : (`payout-method-${change}` as const);
  return {
    key: `${template} ${payoutMethodId} ${sequence}`,
    partnerId,
    brandId: null,
    template,
    about: payoutMethodId,
    facts: { usableFrom },
  };
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
