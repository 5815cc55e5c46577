import type { HitWithEffects } from '../../shared/hit-store.js';

/** A risk hit as the API shows it. */
export function hitView(hit: HitWithEffects) {
  return {
    ...hit,
    evidence: [...hit.evidence],
    held: [...hit.held].sort(),
    decided: [...hit.decided].sort(),
    createdAt: hit.createdAt.toISOString(),
  };
}
