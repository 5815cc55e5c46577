import type { RiskRuleId } from '@tributary/contracts';
import type { RiskRule } from './rule.js';
import { bannedReferrer } from './rules/banned-referrer.js';
import { bonusCohort } from './rules/bonus-cohort.js';
import { chargebackCohort } from './rules/chargeback-cohort.js';
import { clickToConversionTime } from './rules/click-to-conversion-time.js';
import { disposableEmail } from './rules/disposable-email.js';
import { duplicateIdentity } from './rules/duplicate-identity.js';
import { geoMismatch } from './rules/geo-mismatch.js';
import { networkVerdict } from './rules/network-verdict.js';
import { paidTraffic } from './rules/paid-traffic.js';
import { selfReferral } from './rules/self-referral.js';
import { validation } from './rules/validation.js';
import { velocity } from './rules/velocity.js';

/** Every risk rule by its id. */
export type Registry = { readonly [I in RiskRuleId]: RiskRule<I> };
export const registry: Registry = {
  'click-to-conversion-time': clickToConversionTime,
  velocity,
  'self-referral': selfReferral,
  'duplicate-identity': duplicateIdentity,
  'disposable-email': disposableEmail,
  'paid-traffic': paidTraffic,
  'banned-referrer': bannedReferrer,
  'geo-mismatch': geoMismatch,
  'network-verdict': networkVerdict,
  'chargeback-cohort': chargebackCohort,
  'bonus-cohort': bonusCohort,
  validation,
};
