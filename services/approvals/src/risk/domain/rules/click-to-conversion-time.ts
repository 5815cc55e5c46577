import { bursts } from '../bursts.js';
import { dayMs, defineRule, earning, someOf } from '../rule.js';

/** Conversions that come sooner after their clicks than people act (F-09). */
export const clickToConversionTime = defineRule({
  id: 'click-to-conversion-time',
  summary: 'Several conversions of a partner each came within seconds of their clicks',
  needs: ['time of the click, where a click decided'],
  lookBackMs: ({ hours }) => (hours / 24) * dayMs,
  evaluate({ recent }, { withinSeconds, atLeast, hours }) {
    const quick = earning(recent).filter(
      ({ clickedAt, occurredAt }) => clickedAt !== null && occurredAt.getTime() - clickedAt.getTime() <= withinSeconds * 1000,
    );
    const found = bursts(quick, ({ occurredAt }) => occurredAt.getTime(), hours * 3_600_000, atLeast);
    const hits = [...found].map(([{ conversionId }, company]) => ({
      conversionId,
      detail: `${company.length} conversions within ${withinSeconds} s of their clicks in ${hours} h`,
      evidence: someOf(company.flatMap((one) => [one.conversionId, ...(one.clickId ? [one.clickId] : [])])),
    }));
    return { hits, indeterminate: [] };
  },
});
