import { median } from './numbers.js';
import type { Finding } from './result.js';

export interface Sample {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}
export interface Side {
  measure(): Promise<Sample>;
}

/** Ours, reference, ours, reference, ... so that whatever else the machine does meets both. */
export async function alternate(rounds: number, ours: Side, reference: Side, say: (line: string) => void) {
  const ofOurs: Sample[] = [];
  const ofReference: Sample[] = [];
  for (let round = 1; round <= rounds; round++) {
    const mine = await ours.measure();
    const theirs = await reference.measure();
    ofOurs.push(mine);
    ofReference.push(theirs);
    say(`  round ${round}: ours ${shown(mine)}, reference ${shown(theirs)}`);
  }
  return { ...summary(ofOurs, ofReference), rounds };
}

function summary(ours: readonly Sample[], reference: readonly Sample[]) {
  const ratios = ours.map((sample, index) => sample.perSecond / (reference[index]?.perSecond ?? Number.NaN));
  return {
    ratio: median(ratios),
    ours: median(ours.map((sample) => sample.perSecond)),
    reference: median(reference.map((sample) => sample.perSecond)),
    p50Ms: median(ours.map((sample) => sample.p50Ms)),
    p99Ms: median(ours.map((sample) => sample.p99Ms)),
    referenceP50Ms: median(reference.map((sample) => sample.p50Ms)),
    referenceP99Ms: median(reference.map((sample) => sample.p99Ms)),
  } satisfies Partial<Finding>;
}

const shown = ({ perSecond, p50Ms, p99Ms }: Sample) => `${Math.round(perSecond)} /s (p50 ${p50Ms.toFixed(1)}, p99 ${p99Ms.toFixed(1)} ms)`;
