/** Exact numbers as fraction strings. */
export interface Kept {
  /** What a rate is a share of, in minor units of the commission's currency. */
  base: string;
  /** What an amount is paid for: 1, or the quantity. */
  units: string;
  /** What the component gives without tiers and caps. */
  plain: string;
}

/** What one conversion puts into a stream: the ordered facts of one component in one period, rated together. */
export interface StreamRecord {
  /** `deal / component / currency / period [/ customer]`. */
  stream: string;
  conversionId: string;
  eventId: string;
  occurredAt: string;
  dealId: string;
  dealVersion: number;
  component: string;
  /** The scope that the stream decides; null for a fact that only moves its meters. */
  scope: string | null;
  customerId: string | null;
  /** What it adds to each metric of the tiers, as fraction strings. */
  weights: readonly string[];
  /** The rate and the amount that the component would use without tiers. */
  picked: { rate: string | null; amount: string | null };
  /** Before refunds, and what is left after them. */
  whole: Kept;
  rest: Kept;
  /** When the commission was paid; null while it was not. */
  paidAt: string | null;
  /** On the way to a milestone: what the partner below has earned of it since when, as fraction strings; a refund begins the next. */
  earned?: readonly { at: string; total: string }[] | undefined;
}

/** Where a record stands in its stream: all that decides its amount, besides the record itself and the terms. */
export interface StreamPlace {
  /** Each metric before this record, as fraction strings. */
  before: readonly string[];
  /** Each metric by which a retroactive scale goes; null where it is not retroactive. */
  reached: readonly string[] | null;
  /** What each cap leaves before this record, as fraction strings. */
  room: readonly string[];
  /** Exact sum before it, of a stream that accumulates fractions. */
  sumBefore: string;
  /** The band of a whole scale by which the line before it in the period was rated; null when there is none. Of a milestone 1 once it is reached. */
  bandBefore: number | null;
  /** What it adds to each metric, where that is not what its record says: a customer counts once. */
  weights?: readonly string[] | undefined;
}
