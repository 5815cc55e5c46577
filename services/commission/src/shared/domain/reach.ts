import type { Terms } from '@tributary/engine';

/** Whose conversions terms go by, besides those of their own partner at their own brand. */
export interface Reach {
  /** Of partners below: the terms pay for them, or a scale counts them. */
  below: boolean;
  /** At every brand. */
  brands: boolean;
}

/** How far any of these terms reach. */
export function reachOf(all: readonly Terms[]): Reach {
  const components = all.flatMap((terms) => terms.components);
  const metrics = components.flatMap(({ tiers }) => (tiers === undefined ? [] : 'measure' in tiers.metric ? [tiers.metric] : tiers.metric));
  return {
    below: components.some(({ downline }) => downline !== undefined) || metrics.some(({ of }) => of === 'network'),
    brands: metrics.some(({ across }) => across === 'brands'),
  };
}
