import { instantMs } from '@tributary/calendar';
import { fieldsOf } from '@tributary/rules';
import type { Component, Conversion, NetworkKind, NetworkSeen } from './types.js';

/** What an adapter said of a network address that somebody came from. Of what it could not say there is none. */
export interface NetworkVerdict extends NetworkSeen {
  /** Counts the verdicts on the subject. */
  verdict: number;
}

/**
 * The verdict that holds for a conversion: the last one on itself; where there is none, of those on its customer the latest seen up to
 * then. Whatever order they are told in.
 */
export function networkOf(conversion: Conversion, verdicts: readonly NetworkVerdict[]): NetworkSeen | undefined {
  const at = instantMs(conversion.occurredAt);
  const own = verdicts.filter(({ subjectId }) => subjectId === conversion.conversionId);
  const ofCustomer = verdicts.filter(({ subjectId, seenAt }) => subjectId === conversion.customerId && instantMs(seenAt) <= at);
  const last = latest(own, byVerdict) ?? latest(ofCustomer, bySeen);
  if (last === undefined) return undefined;
  const { signalId, subjectId, network, country, seenAt } = last;
  return { signalId, subjectId, network, country, seenAt };
}

type Order = (a: NetworkVerdict, b: NetworkVerdict) => number;
/** A restored adapter counts some numbers twice: then the later signal is the last, for its id is made of its time. */
const byVerdict: Order = (a, b) => a.verdict - b.verdict || (a.signalId < b.signalId ? -1 : 1);
const bySeen: Order = (a, b) => instantMs(a.seenAt) - instantMs(b.seenAt) || byVerdict(a, b);

const latest = (verdicts: readonly NetworkVerdict[], order: Order): NetworkVerdict | undefined =>
  verdicts.reduce<NetworkVerdict | undefined>((last, one) => (last === undefined || order(one, last) > 0 ? one : last), undefined);

/** Networks behind which a visitor is somewhere else than he seems: refused by terms that go by the country and say nothing else. */
export const networksThatHide: readonly NetworkKind[] = ['vpn', 'proxy', 'tor', 'data-centre'];

const countryFields: readonly string[] = ['country', 'customer.country'];

/** Whether it goes by the country: what counts, at what rate, or how much must have been deposited. */
export function goesByCountry({ qualify, alternatives = [] }: Pick<Component, 'qualify' | 'alternatives'>): boolean {
  const rules = [...(qualify?.rule ? [qualify.rule] : []), ...alternatives.map(({ when }) => when)];
  return qualify?.customer?.minDepositsByCountry !== undefined || rules.flatMap(fieldsOf).some((field) => countryFields.includes(field));
}
