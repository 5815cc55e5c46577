import { hostMatches } from '../identity.js';
import { defineRule, eachFresh } from '../rule.js';

/** The click came from where partners may not promote (F-04). */
export const bannedReferrer = defineRule({
  id: 'banned-referrer',
  summary: 'The click came from a page of a banned host',
  needs: ['the host that the click came from'],
  lookBackMs: () => 0,
  evaluate(facts, { patterns }) {
    return eachFresh(facts, ({ method, click, clickId }) => {
      if (method !== 'click') return null;
      if (click === null) return { outcome: 'indeterminate', detail: 'of the click nothing was told', evidence: clickId ? [clickId] : [] };
      const host = click.referrerHost;
      const pattern = host === null ? undefined : patterns.find((one) => hostMatches(one, host));
      return pattern === undefined
        ? null
        : { outcome: 'hit', detail: `the click came from ${pattern}`, evidence: clickId ? [clickId] : [] };
    });
  },
});
