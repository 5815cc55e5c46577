import { type Component, isStreamed, type NormalComponent, type Terms, withDefaults } from '@tributary/engine';
import { fieldsOf } from '@tributary/rules';

/** What terms ask about beside the conversion itself: only that is loaded. */
export interface Needs {
  /** The customer's tags, country, or place in its history. */
  customer: boolean;
  /** Other events of the customer: when one comes, the customer's other conversions are rated again. */
  history: boolean;
  /** The customer's deposits and turnover. */
  qualification: boolean;
  /** Scales or caps. */
  streams: boolean;
  /** Streams that go by what partners below have earned. */
  milestones: boolean;
  /** Scales that go by what others bring: of other brands, of partners below. */
  elsewhere: boolean;
  /** From what networks conversions and their customers came. */
  networks: boolean;
}

const hasMilestone = ({ downline }: Pick<Component | NormalComponent, 'downline'>): boolean => downline?.milestone !== undefined;

const known = new WeakMap<Terms, Needs>();

export function needsOf(terms: Terms): Needs {
  const cached = known.get(terms);
  if (cached) return cached;
  const each = terms.components.map(needsOfComponent);
  const any = (which: keyof Needs): boolean => each.some((needs) => needs[which]);
  const history = any('history') || terms.existingCustomers === 'keep-their-terms';
  const needs: Needs = {
    customer: any('customer') || history,
    history,
    qualification: any('qualification'),
    streams: withDefaults(terms).components.some((component) => isStreamed(component) && !hasMilestone(component)),
    milestones: any('milestones'),
    elsewhere: any('elsewhere'),
    networks: any('networks'),
  };
  known.set(terms, needs);
  return needs;
}

function needsOfComponent({ qualify, alternatives = [], byOrdinal, duration, tiers, downline }: Component): Needs {
  const rules = [...(qualify?.rule ? [qualify.rule] : []), ...alternatives.map(({ when }) => when)];
  const fields = rules.flatMap(fieldsOf);
  const history =
    qualify?.customer !== undefined ||
    byOrdinal !== undefined ||
    duration?.from === 'customer-first' ||
    fields.some((field) => field === 'customer.ordinal' || field === 'customer.ageMonths');
  const metrics = tiers === undefined ? [] : 'measure' in tiers.metric ? [tiers.metric] : tiers.metric;
  return {
    customer: history || fields.some((field) => field.startsWith('customer.') || field === 'country'),
    history,
    qualification: qualify?.customer !== undefined,
    streams: false,
    milestones: hasMilestone({ downline }),
    elsewhere: metrics.some(({ of, across }) => of === 'network' || across === 'brands'),
    networks: (qualify?.refusedNetworks ?? []).length > 0,
  };
}
