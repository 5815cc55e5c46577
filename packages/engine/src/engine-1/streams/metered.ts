import { parseFraction, type Rational, zero } from '@tributary/money';
import type { NormalTiers, StreamRecord } from '../../types.js';
import type { StreamState, StreamTerms } from './fold-stream.js';

/** A record with the terms that rate it. */
export interface Entry {
  record: StreamRecord;
  terms: StreamTerms;
}

/** A record with the meters at its place; each in the order of its terms' metrics. */
export interface Metered extends Entry {
  /** The period of its scale. */
  period: string;
  before: readonly Rational[];
  weights: readonly Rational[];
  /** Where a retroactive scale goes by what is reached later; else null. */
  reached: readonly Rational[] | null;
}

export interface MeteredStream extends Pick<StreamState, 'meters' | 'lifted'> {
  steps: Metered[];
  fromTheStart: boolean;
}

type Metric = NormalTiers['metrics'][number];

/** What a metric measures: versions of a deal that measure the same go on with the same meter. */
export const meterName = ({ measure, on, of, across }: Metric): string => [measure, on, of, across].join(' ');

export const metricsOf = ({ component }: StreamTerms): readonly Metric[] => component.tiers?.metrics ?? [];
export const weightOf = (record: StreamRecord, index: number): Rational => parseFraction(record.weights[index] ?? '0');
export const meterAt = (meters: ReadonlyMap<string, Rational>, metrics: readonly Metric[]): Rational[] =>
  metrics.map((metric) => meters.get(meterName(metric)) ?? zero);

/** The scale of a record that is rated again by what its period reaches later; null where it is not. */
export function retroactiveTiers({ terms: { component } }: Entry): NormalTiers | null {
  const { tiers } = component;
  return tiers !== null && tiers.scale === 'whole' && tiers.retroactive !== 'none' ? tiers : null;
}

/** When what is reached later no longer lifts a record: once it is paid, where only the unpaid goes up. */
export const settledAt = ({ record }: Entry, { retroactive }: NormalTiers): string | null =>
  retroactive === 'unpaid' ? record.paidAt : null;
