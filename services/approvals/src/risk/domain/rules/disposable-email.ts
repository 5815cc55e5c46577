import { defineRule, eachFresh, signalsOn, subjectsOf } from '../rule.js';

/** An address that is thrown away after use (F-02). The list was asked when the address was told; it may have been away. */
export const disposableEmail = defineRule({
  id: 'disposable-email',
  summary: 'The customer’s e-mail is of a domain for throw-away addresses',
  needs: ['an e-mail signal, and an answer of the list'],
  lookBackMs: () => 0,
  evaluate(facts) {
    return eachFresh(facts, (fact) => {
      const told = signalsOn(facts, subjectsOf(fact), 'email-class');
      const disposable = told.filter(({ value }) => value === 'disposable');
      if (disposable.length > 0) return { outcome: 'hit', detail: 'a throw-away e-mail address', evidence: disposable.map(({ id }) => id) };
      if (told.some(({ value }) => value === 'ordinary')) return null;
      const detail = told.length > 0 ? 'the list of throw-away domains was away' : 'no e-mail was told';
      return { outcome: 'indeterminate', detail, evidence: told.map(({ id }) => id) };
    });
  },
});
