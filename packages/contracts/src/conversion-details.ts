import { z } from 'zod';
import { countryCode, instant, largestReportedAmount } from './common.js';

/** Lots, pips and other quantities that may be fractions: an exact decimal string, never signed. */
export const quantity = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,8})?$/, 'must be a decimal string such as "1.50", of at most 12 digits and 8 decimals');
/** Minor units of the event's currency, either sign: what is earned of it must fit into the ledger. */
const sum = z.int().min(-largestReportedAmount).max(largestReportedAmount);
/** What an instrument costs: an exact decimal string, signed, for prices have been below nothing. */
const price = z
  .string()
  .regex(/^-?\d{1,12}(\.\d{1,12})?$/, 'must be a decimal string such as "1.08452", of at most 12 digits and 12 decimals');
const label = z.string().min(1).max(100);

/** A line of an order; `amount` is the line's total in minor units of the event's currency. */
export const orderLine = z
  .strictObject({
    sku: label,
    category: label.optional(),
    quantity: z.int().min(1),
    amount: sum,
  })
  .meta({ id: 'OrderLine' });

const deductionsMost = 30;

/** What is taken off gross revenue before it is shared, by name, in minor units. */
export const deductions = z
  .record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a lower-case name such as gaming-tax'), sum)
  .refine((given) => Object.keys(given).length <= deductionsMost, { message: `at most ${deductionsMost} names` });

const metadataMost = 10;
const emailAddress = /[^\s@]@[^\s@]+\.[^\s@]/;

/** What a sender says for deals to ask for, by key. Unlike free attributes it travels, so it must not be personal data. */
export const metadata = z
  .record(
    z.string().regex(/^[a-z][a-z0-9_]{0,31}$/, 'must be a key of at most 32 characters such as channel or sales_region'),
    z
      .string()
      .min(1)
      .max(64)
      .refine((value) => !emailAddress.test(value), 'looks like an e-mail address: metadata must not be personal data'),
  )
  .refine((given) => Object.keys(given).length <= metadataMost, { message: `at most ${metadataMost} keys` })
  .meta({
    maxProperties: metadataMost,
    description:
      'What deals may ask for, by key. It travels to the commission service and is kept with the ledger, so no personal data: ' +
      'a value that looks like an e-mail address is refused.',
  });

/** What an event may say of the thing bought, traded or played, as its sender says it. */
export const detailFields = {
  /** The instrument of a trade. */
  symbol: z.string().max(40).optional(),
  /** When a trade's position was opened and closed, and at which prices of its instrument. */
  openedAt: instant.optional(),
  closedAt: instant.optional(),
  openPrice: price.optional(),
  closePrice: price.optional(),
  /** Spread in the sender's unit (pips, points); what a deal shares of it is a matter of its terms. */
  spread: quantity.optional(),
  averageSpread: quantity.optional(),
  product: label.optional(),
  category: label.optional(),
  plan: label.optional(),
  /** Under which licence the customer played: `MGA`. */
  licence: label.optional(),
  sku: label.optional(),
  /** Where the customer is. */
  country: countryCode.optional(),
  lines: z.array(orderLine).min(1).max(200).optional(),
  /** Taken off the order as a whole, minor units: the lines' sum less this is the event's amount. */
  discount: sum.nonnegative().optional(),
  /** What was won from the customer, minor units; negative when he won. */
  grossRevenue: sum.optional(),
  /** What was wagered, minor units. */
  turnover: sum.nonnegative().optional(),
  deductions: deductions.optional(),
  metadata: metadata.optional(),
};

/** The details of a conversion: only keys that were given. A trade's lots are its quantity. None of them is personal data. */
export const conversionDetails = z.strictObject({ quantity: quantity.optional(), ...detailFields }).meta({ id: 'ConversionDetails' });
export type ConversionDetails = z.infer<typeof conversionDetails>;
