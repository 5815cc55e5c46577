import { z } from 'zod';
import { currency, ids, instant, minorAmount, period, positiveAmount, sha256Hex } from '../common.js';
import { defineEvent } from '../define-event.js';

export const ledgerAccounts = [
  'brand-expense',
  'brand-funds',
  'rail-clearing',
  // Counter account of paid: what has left the rails for good.
  'disbursed',
  'pending',
  'held',
  'approved',
  'payable',
  'in-payout',
  'paid',
  'receivable',
  'rejected',
  'written-off',
  // What withdrawals below the minimum have cost.
  'fees',
  // Kept back from payouts for a tax office; positive is held for it.
  'tax-withheld',
  // Paid on top of what was earned; negative is what the brand paid so.
  'vat',
  // What one brand owed less because another paid less.
  'offset',
  // The other side of an exchange, in each of its two currencies.
  'exchange',
  'exchange-fees',
  // Costs of the brand: what a bank or provider kept of a payment.
  'rail-fees',
  // Moved by a bank otherwise than it was told, until somebody finds out why.
  'suspense',
] as const;

/** What else than its lines makes the amount of a payout. */
export const chargeKinds = ['fee', 'exchange-fee', 'withholding', 'vat', 'offset'] as const;
/** One such amount, signed: below zero it lessens what is paid. The amount of a payout is the sum of its lines and its charges. */
export const payoutCharge = z.strictObject({ kind: z.enum(chargeKinds), amount: minorAmount });
export type PayoutCharge = z.infer<typeof payoutCharge>;

/** Why something that a partner has been paid too much is left with him. */
export const writeOffReason = z.enum(['clawback-window-over']);
export type WriteOffReason = z.infer<typeof writeOffReason>;

export const ledgerPosted = defineEvent({
  type: 'payouts.ledger.posted.v1',
  kind: 'fact',
  lane: 'facts',
  rank: 31,
  producer: 'payouts',
  consumers: [],
  summary: 'A transaction of the double-entry ledger. Its legs sum to zero.',
  schema: z.strictObject({
    transactionId: ids.ledgerTransaction,
    brandId: ids.brand,
    partnerId: ids.partner,
    currency,
    kind: z.string(),
    entryId: ids.entry.nullable(),
    payoutId: ids.payout.nullable(),
    legs: z.array(z.strictObject({ account: z.enum(ledgerAccounts), amount: minorAmount })).min(2),
    postedAt: instant,
    /** Why money goes to `written-off`; absent for every other transaction. */
    reason: writeOffReason.optional(),
  }),
});

export const writeOffChanged = defineEvent({
  type: 'payouts.write-off.changed.v1',
  kind: 'snapshot',
  lane: 'control',
  rank: 7,
  producer: 'payouts',
  consumers: ['commission'],
  summary: 'Whether what a reversal would take back of a paid commission is written off at the expense of the brand, and why.',
  schema: z.strictObject({
    /** The reversal. */
    entryId: ids.entry,
    partnerId: ids.partner,
    brandId: ids.brand,
    amount: minorAmount,
    currency,
    /** Null once it is taken back after all, such as when the payment has come back. */
    writtenOff: z
      .strictObject({
        reason: writeOffReason,
        /** When the commission had been paid, for how many days it could be taken back, and the last instant at which it could. */
        paidAt: instant,
        clawbackDays: z.int().nonnegative(),
        until: instant,
      })
      .nullable(),
    changedAt: instant,
  }),
});

export const fundingAccountChanged = defineEvent({
  type: 'payouts.funding-account.changed.v1',
  kind: 'snapshot',
  lane: 'control',
  rank: 6,
  producer: 'payouts',
  consumers: ['insights'],
  summary: 'The account a brand pays from. Account data never travels.',
  schema: z.strictObject({
    fundingAccountId: ids.fundingAccount,
    brandId: ids.brand,
    rail: z.enum(['bank-file', 'nacha-file', 'csv-file', 'paypal', 'stripe', 'simulated-api']),
    status: z.enum(['active', 'disabled']),
    changedAt: instant,
  }),
});
export const payoutMethodChanged = defineEvent({
  type: 'payouts.payout-method.changed.v1',
  kind: 'snapshot',
  lane: 'control',
  rank: 6,
  producer: 'payouts',
  consumers: ['approvals', 'notifications'],
  summary: 'How a partner is paid. Account data never travels; a keyed hash tells two accounts apart.',
  schema: z.strictObject({
    payoutMethodId: ids.payoutMethod,
    partnerId: ids.partner,
    kind: z.enum(['bank-account', 'us-bank-account', 'paypal', 'stripe', 'simulated']),
    brandIds: z.array(ids.brand),
    accountHmac: z.string(),
    usableFrom: instant,
    status: z.enum(['active', 'disabled']),
    /** What happened to it; absent: it was entered. */
    change: z.enum(['entered', 'verified', 'disabled']).optional(),
    changedBy: z.string(),
    changedAt: instant,
  }),
});

export const payoutScheduleChanged = defineEvent({
  type: 'payouts.schedule.changed.v1',
  kind: 'fact',
  lane: 'control',
  rank: 6,
  producer: 'payouts',
  consumers: [],
  summary: 'A brand has a new version of the schedule by which it pays in a currency.',
  schema: z.strictObject({
    brandId: ids.brand,
    currency,
    version: z.int().positive(),
    status: z.enum(['running', 'paused']),
    minimum: positiveAmount.nullable(),
    /** When the months after are paid. */
    upcoming: z.array(z.strictObject({ period, cutOff: instant, pay: instant })),
    changedBy: z.string(),
    changedAt: instant,
  }),
});

/** Who has to approve a run, in this order: a manager, finance. Each another person, and none who built it. */
export const runStages = ['manager', 'finance'] as const;
export type RunStage = (typeof runStages)[number];
const passedStage = z.strictObject({ stage: z.enum(runStages), approvedBy: z.string(), approvedAt: instant });

export const payoutCreated = defineEvent({
  type: 'payouts.payout.created.v1',
  kind: 'fact',
  lane: 'control',
  rank: 39,
  producer: 'payouts',
  consumers: ['approvals', 'commission', 'insights'],
  summary:
    'Entries of one partner were claimed into a payout of a run. The amount is the sum of the lines and the charges. Long payouts come in parts.',
  schema: z.strictObject({
    payoutId: ids.payout,
    runId: ids.run,
    partnerId: ids.partner,
    brandId: ids.brand,
    amount: positiveAmount,
    currency,
    sandbox: z.boolean(),
    /** Of events from before there were other charges: what a withdrawal cost. */
    fee: positiveAmount.optional(),
    /** Fees, taxes and the like; absent: none but `fee`. */
    charges: z.array(payoutCharge).optional(),
    part: z.int().positive(),
    parts: z.int().positive(),
    lines: z.array(z.strictObject({ entryId: ids.entry, amount: minorAmount })).max(1000),
    createdAt: instant,
  }),
});
/** What a payout was charged, whenever its event was written; minor units, below zero where it lessens what is paid. */
export const chargesOfPayout = ({ fee, charges }: { fee?: number | undefined; charges?: PayoutCharge[] | undefined }): PayoutCharge[] =>
  charges ?? (fee === undefined ? [] : [{ kind: 'fee', amount: -fee }]);

export const runSealed = defineEvent({
  type: 'payouts.run.sealed.v1',
  kind: 'fact',
  lane: 'control',
  rank: 40,
  producer: 'payouts',
  consumers: ['approvals'],
  summary: 'A payout run was approved by a second person and its content is fixed: any change voids the clearance of this hash.',
  schema: z.strictObject({
    runId: ids.run,
    contentHash: sha256Hex,
    payoutIds: z.array(ids.payout),
    payouts: z.int().nonnegative(),
    totals: z.array(z.strictObject({ currency, amount: minorAmount })),
    builtBy: z.string(),
    approvedBy: z.string(),
    /** Of each stage that the run needed, in order; absent in events from before there were stages. */
    approvals: z.array(passedStage).optional(),
    sealedAt: instant,
  }),
});

export const runApproved = defineEvent({
  type: 'payouts.run.approved.v1',
  kind: 'fact',
  lane: 'control',
  rank: 39,
  producer: 'payouts',
  consumers: [],
  summary: 'A person approved one stage of a payout run, for exactly this content. The last one seals it.',
  schema: passedStage.extend({ runId: ids.run, contentHash: sha256Hex, stages: z.array(z.enum(runStages)) }),
});

const payoutStep = z.strictObject({
  payoutId: ids.payout,
  runId: ids.run,
  partnerId: ids.partner,
  brandId: ids.brand,
  amount: positiveAmount,
  currency,
  sandbox: z.boolean(),
  rail: z.string(),
  /** The key under which the rail knows it; never a second one for the same payout. */
  railKey: z.string(),
  railReference: z.string().nullable(),
  reason: z.string().nullable(),
  contentHash: sha256Hex,
  at: instant,
});
const step = <const T extends string>(
  type: T,
  summary: string,
  consumers: readonly ('commission' | 'notifications' | 'insights' | 'approvals')[],
  rank: number,
) =>
  defineEvent({
    type,
    kind: 'fact',
    lane: 'control',
    rank,
    producer: 'payouts',
    consumers,
    summary,
    schema: payoutStep,
  });

export const payoutSubmitted = step('payouts.payout.submitted.v1', 'A payout was handed to its rail.', ['commission', 'insights'], 42);
export const payoutUnknown = step(
  'payouts.payout.outcome-unknown.v1',
  'The rail did not answer: nobody knows yet whether money moved. It is looked up, never sent again under another key.',
  ['insights'],
  43,
);
export const payoutSettled = step('payouts.payout.settled.v1', 'The money arrived.', ['commission', 'notifications', 'insights'], 44);
export const payoutFailed = step(
  'payouts.payout.failed.v1',
  'The rail refused the payout; its entries are payable again.',
  ['commission', 'notifications', 'insights'],
  44,
);
export const payoutReturned = step(
  'payouts.payout.returned.v1',
  'The bank sent the money back after settlement; its entries are payable again.',
  ['commission', 'notifications', 'insights'],
  45,
);
