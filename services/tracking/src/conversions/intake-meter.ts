import { type Counter, metrics } from '@opentelemetry/api';
import type { ConversionData } from '@tributary/contracts';

let counter: Counter | undefined;
/** Made at first use, when the meter provider stands. */
const outcomes = (): Counter => {
  counter ??= metrics
    .getMeter('tributary.tracking')
    .createCounter('tributary.intake.outcomes', { description: 'Reported events by outcome; rejected ones by reason' });
  return counter;
};

interface Said {
  outcome: string;
  code?: string;
}

/** Counts what became of reported events. */
export function countOutcomes(source: ConversionData['source'], said: readonly Said[]): void {
  const counts = new Map<string, { count: number; outcome: string; reason: string }>();
  for (const { outcome, code = '' } of said) {
    const key = `${outcome} ${code}`;
    const known = counts.get(key);
    if (known) known.count++;
    else counts.set(key, { count: 1, outcome, reason: code });
  }
  for (const { count, outcome, reason } of counts.values()) outcomes().add(count, { service: 'tracking', source, outcome, reason });
}
