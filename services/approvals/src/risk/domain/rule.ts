import type { RiskParameters, RiskRuleId } from '@tributary/contracts';

/** A conversion as rules see it: as tracking told it last. */
export interface ConversionFact {
  conversionId: string;
  customerId: string | null;
  kind: string;
  occurredAt: Date;
  receivedAt: Date;
  amount: bigint | null;
  originalConversionId: string | null;
  /** How it found its partner; null when it did not. */
  method: string | null;
  clickId: string | null;
  clickedAt: Date | null;
  /** What was seen of the click; null when it was not seen. */
  click: { referrerHost: string | null; device: string; visitor: string } | null;
  /** Where the customer is, as the sender says. */
  country: string | null;
  /** Of bonus money, as the sender says. */
  bonus: boolean;
}

/** What was told of a conversion, customer or partner: keyed hashes, and verdicts of others. */
export const signalKinds = [
  'email',
  'email-domain',
  'email-class',
  'device',
  'account',
  'address',
  'parameter',
  'network',
  'country',
] as const;
export type SignalKind = (typeof signalKinds)[number];
export interface Signal {
  id: string;
  kind: SignalKind;
  value: string;
}

/** All that rules are told of one partner of one brand. */
export interface PartnerFacts {
  partnerId: string;
  /** Of the look-back, those to be judged among them, oldest first. */
  recent: readonly ConversionFact[];
  /** The ones to be judged. */
  fresh: readonly ConversionFact[];
  /** By conversion, customer or partner. */
  signals: ReadonlyMap<string, readonly Signal[]>;
  /** Other partners that are paid to an account of this one's, over all brands. */
  sameAccount: readonly { partnerId: string; methodId: string }[];
  /** Keyed hashes of the accounts that the partner is paid to. */
  accounts: readonly string[];
  now: Date;
}

/** What a rule says against a conversion, and what it rests on. */
export interface Finding {
  conversionId: string;
  /** Readable, without personal data. */
  detail: string;
  /** Ids. */
  evidence: readonly string[];
}
/** What is in neither list is clean. */
export interface Verdict {
  hits: readonly Finding[];
  indeterminate: readonly Finding[];
}
export const outcomeOf = ({ hits, indeterminate }: Verdict): 'hit' | 'indeterminate' | 'clean' =>
  hits.length > 0 ? 'hit' : indeterminate.length > 0 ? 'indeterminate' : 'clean';

/** A risk rule: what it asks for, and a pure judgement. Its parameters are `riskParameters` of the contracts. */
export interface RiskRule<I extends RiskRuleId = RiskRuleId> {
  id: I;
  summary: string;
  /** The facts that it cannot judge without, for people. */
  needs: readonly string[];
  /** How far back it looks from what it judges. */
  lookBackMs(parameters: RiskParameters<I>): number;
  evaluate(facts: PartnerFacts, parameters: RiskParameters<I>): Verdict;
}
/** Types the parameters of a rule by its id. */
export const defineRule = <I extends RiskRuleId>(rule: RiskRule<I>): RiskRule<I> => rule;

export const dayMs = 86_400_000;
/** What takes back earns nothing: its original is judged. */
export const isReversal = ({ kind }: Pick<ConversionFact, 'kind'>): boolean => kind === 'refund' || kind === 'chargeback';
export const earning = (facts: readonly ConversionFact[]): ConversionFact[] => facts.filter((fact) => !isReversal(fact));

/** Judges each fresh conversion by itself. `judge` answers null for a clean one. */
export function eachFresh(
  facts: PartnerFacts,
  judge: (fact: ConversionFact) => { outcome: 'hit' | 'indeterminate'; detail: string; evidence: readonly string[] } | null,
): Verdict {
  const found = earning(facts.fresh).flatMap((fact) => {
    const judged = judge(fact);
    return judged ? [{ ...judged, conversionId: fact.conversionId }] : [];
  });
  const of = (outcome: string): Finding[] =>
    found.filter((one) => one.outcome === outcome).map(({ conversionId, detail, evidence }) => ({ conversionId, detail, evidence }));
  return { hits: of('hit'), indeterminate: of('indeterminate') };
}

/** Signals of one kind on any of the subjects. */
export function signalsOn(facts: PartnerFacts, subjects: readonly (string | null)[], kind: SignalKind): Signal[] {
  return subjects.flatMap((subject) => (subject === null ? [] : (facts.signals.get(subject) ?? []))).filter((one) => one.kind === kind);
}
/** A conversion and its customer. */
export const subjectsOf = (fact: ConversionFact): (string | null)[] => [fact.conversionId, fact.customerId];
const evidenceMost = 100;
/** Not without end: what is shown. */
export const someOf = (ids: readonly string[]): string[] => [...new Set(ids)].slice(0, evidenceMost);
