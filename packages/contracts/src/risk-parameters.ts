import { z } from 'zod';

const parameterName = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be the name of a parameter such as gclid');
export const networkKinds = ['residential', 'mobile', 'business', 'data-centre', 'vpn', 'proxy', 'tor'] as const;
const comparedSignals = ['email', 'email-domain', 'device', 'account', 'address'] as const;

/** What a brand asks of a field of a conversion. */
const validationField = z
  .strictObject({
    field: z.enum(['amount', 'country', 'customer', 'click', 'method']),
    required: z.boolean().default(true),
    oneOf: z.array(z.string().min(1).max(100)).min(1).max(300).optional(),
    /** Of amounts, in minor units; both ends are in. */
    min: z.int().optional(),
    max: z.int().optional(),
  })
  .refine(
    ({ required, oneOf, min, max }) => required || oneOf !== undefined || min !== undefined || max !== undefined,
    'must ask for something',
  )
  .refine(({ field, min, max }) => field === 'amount' || (min === undefined && max === undefined), 'only an amount has bounds')
  .refine(({ min, max }) => min === undefined || max === undefined || min <= max, 'the lower bound must not lie above the upper one');

/** The risk rules that there are, each with the parameters that a brand may set. */
export const riskParameters = {
  'click-to-conversion-time': z.strictObject({
    /** From the click on; people take longer. */
    withinSeconds: z.int().min(0).max(3600).default(5),
    /** How many such conversions of a partner it takes, within the hours. */
    atLeast: z.int().min(1).max(1000).default(3),
    hours: z.int().min(1).max(720).default(24),
  }),
  velocity: z.strictObject({
    per: z.enum(['partner', 'click', 'customer', 'visitor']).default('partner'),
    atLeast: z.int().min(2).max(10_000).default(50),
    minutes: z.int().min(1).max(43_200).default(60),
  }),
  'self-referral': z.strictObject({
    compare: z
      .array(z.enum(comparedSignals))
      .min(1)
      .default([...comparedSignals]),
  }),
  'duplicate-identity': z.strictObject({}),
  'disposable-email': z.strictObject({}),
  'paid-traffic': z.strictObject({
    /** Parameters that advertisements add to the address. */
    parameters: z.array(parameterName).min(1).max(50).default(['gclid', 'wbraid', 'gbraid', 'fbclid', 'msclkid', 'ttclid']),
    /** Own campaigns, `gad_campaignid=77`: their traffic is bought by the brand itself, or on its behalf. */
    ownCampaigns: z
      .array(z.string().regex(/^[a-z][a-z0-9_]{0,39}=.{1,200}$/, 'must be a parameter and its value such as gad_campaignid=77'))
      .max(1000)
      .default([]),
  }),
  'banned-referrer': z.strictObject({
    /** Hosts, `*` for one part or more: `*.coupons.example`. */
    patterns: z
      .array(z.string().regex(/^[a-zA-Z0-9*.-]{1,255}$/, 'must be a host, with * for any part'))
      .min(1)
      .max(500),
  }),
  'geo-mismatch': z.strictObject({
    /** Pairs of countries that are near enough, either way: `AT-DE`. */
    neighbours: z
      .array(z.string().regex(/^[A-Z]{2}-[A-Z]{2}$/, 'must be a pair of countries such as AT-DE'))
      .max(500)
      .default([]),
  }),
  'network-verdict': z.strictObject({
    refused: z.array(z.enum(networkKinds)).min(1).default(['data-centre', 'vpn', 'proxy', 'tor']),
  }),
  'chargeback-cohort': z.strictObject({
    /** The review period: customers who are this young at most. */
    days: z.int().min(1).max(365).default(14),
    percent: z.int().min(1).max(100).default(30),
    /** Of fewer customers nothing is said. */
    atLeast: z.int().min(1).max(100_000).default(5),
  }),
  'bonus-cohort': z.strictObject({
    days: z.int().min(1).max(365).default(14),
    /** How long a bonus lasts. */
    cycleDays: z.int().min(1).max(90).default(3),
    /** Of fewer customers nothing is said. */
    atLeast: z.int().min(1).max(100_000).default(5),
  }),
  validation: z.strictObject({
    /** Kinds of conversions that are asked; none: all that earn. */
    kinds: z.array(z.string().min(1).max(100)).max(50).default([]),
    fields: z.array(validationField).min(1).max(20),
  }),
} as const;
export type RiskRuleId = keyof typeof riskParameters;
export type RiskParameters<I extends RiskRuleId> = z.output<(typeof riskParameters)[I]>;

export const riskAction = z.enum(['hold', 'flag', 'none']);
/** What becomes of conversions that a rule cannot judge, when their amount is above (minor units) or not said. */
const whenIndeterminate = z.strictObject({ action: riskAction, above: z.int().nonnegative() }).default({ action: 'hold', above: 0 });

const use = <I extends RiskRuleId>(rule: I) =>
  z.strictObject({
    rule: z.literal(rule),
    /** Those left out are the rule's own. */
    parameters: riskParameters[rule],
    action: riskAction,
    whenIndeterminate,
  });

/** A risk rule as a brand uses it. */
export const riskRuleUse = z
  .discriminatedUnion('rule', [
    use('click-to-conversion-time'),
    use('velocity'),
    use('self-referral'),
    use('duplicate-identity'),
    use('disposable-email'),
    use('paid-traffic'),
    use('banned-referrer'),
    use('geo-mismatch'),
    use('network-verdict'),
    use('chargeback-cohort'),
    use('bonus-cohort'),
    use('validation'),
  ])
  .meta({ id: 'RiskRuleUse' });
export type RiskRuleUse = z.output<typeof riskRuleUse>;
