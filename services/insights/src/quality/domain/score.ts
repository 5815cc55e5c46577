import type { QualityFigure } from '@tributary/contracts';
import { add, compare, divide, isZero, multiply, type Rational, zero } from '@tributary/money';

/** One exact number for each figure. */
export type Figures = Readonly<Record<QualityFigure, Rational>>;

export interface ScoredFigure {
  figure: Rational;
  /** From 0 to 1: how it stands to the best of those compared. */
  ofBest: Rational;
  weight: Rational;
  product: Rational;
}
export interface Scored {
  partnerId: string;
  score: Rational;
  figures: Readonly<Record<QualityFigure, ScoredFigure>>;
}

/** Scores partners against each other: each figure as its share of the best, times its weight. Best score first, then by id. */
export function score(partners: ReadonlyMap<string, Figures>, weights: Figures): Scored[] {
  const best = bestOf([...partners.values()]);
  return [...partners].map(([partnerId, figures]) => scoreOne(partnerId, figures, best, weights)).sort(byScore);
}

function scoreOne(partnerId: string, figures: Figures, best: Figures, weights: Figures): Scored {
  const scored = eachFigure((name) => {
    const figure = figures[name];
    // Where nobody has anything, nobody stands out.
    const ofBest = isZero(best[name]) ? zero : divide(figure, best[name]);
    return { figure, ofBest, weight: weights[name], product: multiply(weights[name], ofBest) };
  });
  const total = Object.values(scored).reduce((sum, { product }) => add(sum, product), zero);
  return { partnerId, score: total, figures: scored };
}

const bestOf = (all: readonly Figures[]): Figures =>
  eachFigure((name) => all.reduce((best, figures) => (compare(figures[name], best) > 0 ? figures[name] : best), zero));

/** The order of the ranking. */
export const byScore = (a: Pick<Scored, 'score' | 'partnerId'>, b: Pick<Scored, 'score' | 'partnerId'>): number =>
  compare(b.score, a.score) || compareText(a.partnerId, b.partnerId);

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** An object with every figure, whatever is made of its name. */
export const eachFigure = <T>(make: (name: QualityFigure) => T): Record<QualityFigure, T> => ({
  retention: make('retention'),
  volume: make('volume'),
  value: make('value'),
  refunds: make('refunds'),
});
