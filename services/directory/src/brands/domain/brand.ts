import type { TermDefaults } from '@tributary/contracts';
import { isCurrency } from '@tributary/money';
import type { Decision } from '../../shared/domain/decision.js';

export interface BrandPolicy {
  attributionWindowDays: number;
  holdDays: number;
  /** Minor units of the brand's currency, like the two below. */
  autoApproveUpTo: number;
  financeThreshold: number;
  minimumPayout: number;
  /** For how many full days after the payment a commission may still be taken back; null: without end. */
  clawbackDays?: number | null | undefined;
  /** With which brands a partner's debts are offset: none, those of the same licence, or all. */
  offsetScope?: 'brand' | 'licence' | 'operator' | undefined;
  licence?: string | null | undefined;
  /** Each unique click of a person becomes a conversion of kind `click`. */
  clicksAreEvents?: boolean | undefined;
  /** Each enrolment approved while this holds becomes a conversion of kind `enrollment`. */
  enrollmentsAreEvents?: boolean | undefined;
  /** For every policy that the brand's deals leave open. */
  terms?: TermDefaults | undefined;
}

/** What holds for a brand that leaves it out. docs/deal-terms.md names the same figures. */
export const defaultPolicy: BrandPolicy = {
  attributionWindowDays: 30,
  holdDays: 30,
  autoApproveUpTo: 50_000,
  financeThreshold: 500_000,
  minimumPayout: 5_000,
  clawbackDays: null,
  offsetScope: 'brand',
  licence: null,
  clicksAreEvents: false,
  enrollmentsAreEvents: false,
  terms: {},
};

export interface Program {
  id: string;
  name: string;
  isDefault: boolean;
}

export interface Brand {
  id: string;
  name: string;
  slug: string;
  currency: string;
  timeZone: string;
  status: 'active' | 'archived';
  defaultProgramId: string;
  programs: Program[];
  policy: BrandPolicy;
  sequence: number;
  createdAt: Date;
}

export interface BrandRegistration {
  name: string;
  slug: string;
  currency: string;
  timeZone: string;
  policy?: Partial<{ [K in keyof BrandPolicy]: BrandPolicy[K] | undefined }> | undefined;
}

/** Registers a brand with its default programme. */
export function registerBrand(id: string, programId: string, wanted: BrandRegistration, now: Date): Decision<Brand> {
  if (!isCurrency(wanted.currency)) return { rejected: 'currency-unknown', pointer: '/currency' };
  if (!isTimeZone(wanted.timeZone)) return { rejected: 'time-zone-unknown', pointer: '/timeZone' };
  const given = Object.entries(wanted.policy ?? {}).filter(([, value]) => value !== undefined);
  return {
    accepted: {
      id,
      name: wanted.name,
      slug: wanted.slug,
      currency: wanted.currency,
      timeZone: wanted.timeZone,
      status: 'active',
      defaultProgramId: programId,
      programs: [{ id: programId, name: 'Default programme', isDefault: true }],
      policy: { ...defaultPolicy, ...Object.fromEntries(given) },
      sequence: 1,
      createdAt: now,
    },
  };
}

/** Whether the runtime's zone database knows the name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
