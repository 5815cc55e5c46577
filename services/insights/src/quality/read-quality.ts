import { getPartnerQuality } from '@tributary/contracts';
import { parseFraction, toExactText, toFraction } from '@tributary/money';
import { decodeCursor, ok, page, query, reject } from '@tributary/service-kit';
import { z } from 'zod';
import { figuresOf } from './domain/figures.js';
import { byScore, eachFigure, type Scored, score } from './domain/score.js';
import { readWeights, standardWeights } from './domain/weights.js';
import type { QualityFacts, QualityStore } from './quality-store.js';

const cursorKey = z.tuple([z.string().regex(/^\d+(\/[1-9]\d*)?$/), z.string()]);

/** A brand's partners by the quality of their traffic, each score with what it is made of. */
export const getPartnerQualityRoute = (quality: QualityStore) =>
  query(getPartnerQuality, async ({ query: { limit, cursor, ...question }, scope, now }) => {
    const after = decodeCursor(cursor, cursorKey);
    const facts = await quality.read(scope, question, now);
    if (!facts) return reject('not-found');
    const weights = facts.weights?.weights ?? standardWeights;
    const partners = new Map(facts.partners.map((partner) => [partner.partnerId, partner]));
    const ranking = score(new Map(facts.partners.map((partner) => [partner.partnerId, figuresOf(partner)])), readWeights(weights));
    const last = after && { score: parseFraction(after[0]), partnerId: after[1] };
    const rest = last ? ranking.filter((scored) => byScore(scored, last) > 0) : ranking;
    return ok({
      brandId: question.brandId,
      currency: facts.currency,
      weights,
      weightsFrom: facts.weights?.effectiveFrom.toISOString() ?? null,
      compared: ranking.length,
      ...page(
        rest,
        limit,
        (scored) => [toFraction(scored.score), scored.partnerId],
        (scored) => view(scored, partners.get(scored.partnerId)),
      ),
    });
  });

const view = ({ partnerId, score: total, figures }: Scored, counted: QualityFacts['partners'][number] | undefined) => ({
  partnerId,
  score: toExactText(total),
  figures: eachFigure((name) => {
    const { figure, ofBest, weight, product } = figures[name];
    return { figure: toExactText(figure), ofBest: toExactText(ofBest), weight: toExactText(weight), product: toExactText(product) };
  }),
  customers: Number(counted?.customers ?? 0n),
  retained: Number(counted?.retained ?? 0n),
  inOtherCurrencies: Number(counted?.inOtherCurrencies ?? 0n),
});
