export { describe } from './describe.js';
export { evaluate, type RuleTrace, trace } from './evaluate.js';
export * from './rule.js';
export { type RuleProblem, validate } from './validate.js';
