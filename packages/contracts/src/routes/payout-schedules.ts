import { z } from 'zod';
import { businessPeriod, currency, day, ids, instant, minorAmount, period, positiveAmount, text, timeZone } from '../common.js';
import { defineRoute } from '../define-route.js';
import { ruleGroup } from '../terms.js';
import { fundingRails } from './payout-methods.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

/** A date of a month's money, counted from a named anchor of that month: so many months and days on, then on the next `dayOfMonth`. */
const monthDate = z.strictObject({
  anchor: z.enum(['month-start', 'month-last-day', 'month-end']),
  months: z.int().min(0).max(12).optional(),
  days: z.int().min(0).max(366).optional(),
  dayOfMonth: z.int().min(1).max(31).optional(),
});

const eligibilityRule = z.strictObject({ name: text(100), rule: ruleGroup });

const forcedTerms = z
  .strictObject({
    minimum: positiveAmount,
    fee: positiveAmount,
    /** So much of fees is waived for each partner, in each month or year, or once and for all. */
    waivedUpTo: z
      .strictObject({ amount: positiveAmount, per: z.enum(['month', 'year', 'all']) })
      .nullable()
      .default(null),
  })
  .refine(({ minimum, fee }) => minimum > fee, 'the minimum must be more than the fee');

/** What a schedule says of each month; see docs/payout-schedules.md. */
const scheduleTerms = {
  /** Only what was earned **before** it is in the month's run. */
  cutOff: monthDate.default({ anchor: 'month-end' }),
  /** When the run is built. */
  pay: monthDate,
  /** Shown to partners, and nothing else. */
  invoice: monthDate.nullable().default(null),
  reviewUntil: monthDate.nullable().default(null),
  withdraw: monthDate.nullable().default(null),
  /** By when an amount must have cleared: until the run is built, or before the cut-off too. */
  clearedBy: z.enum(['pay', 'cut-off']).default('pay'),
  /** Minor units; null: the brand's own, which says nothing of other currencies than its own. */
  minimum: positiveAmount.nullable().default(null),
  /** Null: whichever the brand has an account for. */
  rail: z.enum(fundingRails).nullable().default(null),
  /** What must hold besides, each by its name; what is earned stays in the balance until it does. */
  eligibility: z.array(eligibilityRule).max(20).default([]),
  /** What a withdrawal below the minimum costs, and from how much it can be asked for; null: not at all. */
  forced: forcedTerms.nullable().default(null),
  status: z.enum(['running', 'paused']).default('running'),
};

const dates = z.strictObject({
  cutOff: instant,
  invoice: instant.nullable(),
  reviewUntil: instant.nullable(),
  pay: instant,
  withdraw: instant.nullable(),
});

export const payoutSchedule = z
  .strictObject({
    brandId: ids.brand,
    currency,
    version: z.int().positive(),
    timeZone,
    cutOff: monthDate,
    pay: monthDate,
    invoice: monthDate.nullable(),
    reviewUntil: monthDate.nullable(),
    withdraw: monthDate.nullable(),
    clearedBy: z.enum(['pay', 'cut-off']),
    minimum: minorAmount.nullable(),
    rail: z.string().nullable(),
    eligibility: z.array(eligibilityRule),
    forced: forcedTerms.nullable(),
    status: z.enum(['running', 'paused']),
    createdBy: z.string(),
    createdAt: instant,
    /** The months that it pays next. */
    upcoming: z.array(z.strictObject({ period, ...dates.shape })),
  })
  .meta({ id: 'PayoutSchedule' });

export const earningsSchedule = z
  .strictObject({
    partnerId: ids.partner,
    asOf: instant,
    months: z.array(
      z.strictObject({
        brandId: ids.brand,
        currency,
        /** The month in which it was earned, on the clocks of the schedule (without one: the brand's). */
        earnedIn: period,
        /** Minor units, by where they are; `earned` is their sum. */
        earned: minorAmount,
        undecided: minorAmount,
        clearing: minorAmount,
        payable: minorAmount,
        inPayout: minorAmount,
        paid: minorAmount,
        /** When the first and the last of it clear. */
        clearsFrom: instant,
        clearsUntil: instant,
        /** The month with which it is paid, and that month's dates; null without a running schedule. */
        paidWith: period.nullable(),
        dates: dates.nullable(),
      }),
    ),
  })
  .meta({ id: 'EarningsSchedule' });

/** A cut-off of a run: an instant that is still in, or a day that is still in, to its last millisecond in each brand's zone. */
export const earnedUntil = z.union([instant, day]);

export const createPayoutSchedule = defineRoute({
  id: 'createPayoutSchedule',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/brands/:brandId/payout-schedules',
  permission: 'payout:build',
  tag: 'Payouts',
  idempotent: true,
  dryRun: true,
  summary: 'Say when a brand pays: a new version of its schedule for a currency',
  params: z.strictObject({ brandId: ids.brand }),
  query: dryRunQuery,
  body: z.strictObject({
    /** The brand's own, when left out. */
    currency: currency.optional(),
    /** The brand's own, when left out. */
    timeZone: timeZone.optional(),
    ...scheduleTerms,
  }),
  responses: { 201: payoutSchedule },
});
export const listPayoutSchedules = defineRoute({
  id: 'listPayoutSchedules',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/payout-schedules',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'Payout schedules, each with all its versions, newest first',
  query: listQuery({ brandId: ids.brand.optional(), currency: currency.optional() }),
  responses: { 200: listOf(payoutSchedule) },
});
export const getEarningsSchedule = defineRoute({
  id: 'getEarningsSchedule',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/partners/:partnerId/earnings-schedule',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'What a partner earned in which month, when it clears, and when it is paid',
  params: z.strictObject({ partnerId: ids.partner }),
  query: z.strictObject({
    brandId: ids.brand.optional(),
    /** The first month shown; a year back, when left out. */
    from: businessPeriod.optional(),
  }),
  responses: { 200: earningsSchedule },
});
