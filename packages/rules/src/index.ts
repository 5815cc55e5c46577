export { describe } from './describe.js';
export { evaluate, type RuleTrace, trace } from './evaluate.js';
export { type DecisionRow, firstMatch, type Match } from './first-match.js';
export * from './rule.js';
export { type RuleProblem, validate } from './validate.js';
