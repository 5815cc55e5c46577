import type { Band, Component, Tiers } from '../../src/index.js';
import { world } from '../world.js';

/** A monthly scale of whole bands by amount, unless it says otherwise. */
export const scale = (bands: readonly Band[], rest: Partial<Tiers> = {}): Tiers => ({
  metric: { measure: 'amount' },
  reset: 'month',
  scale: 'whole',
  bands,
  ...rest,
});
export const percent = (tiers: Tiers, rest: Partial<Component> = {}): Component => ({
  on: 'sale',
  model: 'percentage',
  rate: '0.10',
  tiers,
  ...rest,
});
/** Told major units. */
const euros = (amount: number): number => Math.round(amount * 100);
/** A world in which partner `a` sells once a day from 1 March. */
export const sales = (
  component: Component,
  amounts: readonly number[],
  at = (index: number) => `03-${String(index + 1).padStart(2, '0')}`,
) => {
  const told = world();
  told.deal('a', [component]);
  const ids = amounts.map((amount, index) => told.event({ amount: euros(amount), at: at(index) }));
  return { ...told, ids };
};
