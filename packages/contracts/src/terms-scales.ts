import { z } from 'zod';
import { rate } from './common.js';
import { conversionKind, decimal, finely, kebab, resets } from './terms-values.js';

/** What a scale is measured by. */
const metric = z.strictObject({
  measure: z.enum(['count', 'amount', 'quantity', 'customers']),
  on: conversionKind.optional(),
  /** `network`: the partner's own and that of everybody below. */
  of: z.enum(['own', 'network']).optional(),
  /** `brands`: of every brand, in the deal's currency. */
  across: z.enum(['deal', 'brands']).optional(),
});

/** What a band of a retroactive whole scale makes of all that stood before it, when it is reached: one of these. */
const back = z.strictObject({
  /** Set to this rate, or to this amount; of flat plus percentage the other part stays. */
  rate: rate.optional(),
  amount: finely.optional(),
  /** Times what its own place gave. */
  factor: decimal.optional(),
  /** On top of what its own place gave, minor units; of `per-unit` for each unit. */
  add: finely.optional(),
});

const band = z.strictObject({
  name: kebab.optional(),
  /** The bound above, of a scale with one metric; null: without end. Minor units for amounts. */
  upTo: z.union([finely, z.null()]).optional(),
  /** The least of each metric, of a scale with several; null: none of that metric. */
  atLeast: z
    .array(z.union([finely, z.null()]))
    .min(1)
    .max(3)
    .optional(),
  rate: rate.optional(),
  amount: finely.optional(),
  /** Paid once when the band is reached, minor units. */
  fixed: finely.optional(),
  /** Multiplies what the component would give. */
  factor: decimal.optional(),
  /** What stood before it is paid by this instead; left out: by the band itself. */
  back: back.optional(),
});

/** A scale: what is measured, and what each band of it pays. */
export const tiers = z.strictObject({
  metric: z.union([metric, z.array(metric).min(1).max(3)]),
  reset: z.union([z.enum(resets), z.strictObject({ rollingDays: z.int().min(1).max(366) })]),
  scale: z.enum(['marginal', 'whole']),
  /** A band with `atLeast` is reached when `all` of its minima are, or when `any` one of them is. */
  reach: z.enum(['all', 'any']).optional(),
  crossing: z.enum(['new', 'old']).optional(),
  bounds: z.enum(['inclusive', 'exclusive']).optional(),
  retroactive: z.enum(['none', 'unpaid', 'all']).optional(),
  demotion: z.enum(['keep', 'unwind']).optional(),
  bands: z.array(band).min(1).max(50),
});
