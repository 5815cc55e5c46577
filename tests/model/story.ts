import fc from 'fast-check';

/** What can happen, and how often beside the rest. */
const weights = {
  nothing: 1,
  accrue: 14,
  refund: 7,
  uplift: 3,
  decide: 18,
  hit: 3,
  fraud: 2,
  deliver: 6,
  reorder: 6,
  redeliver: 4,
  forge: 3,
  contradict: 2,
  meanwhile: 2,
  build: 10,
  withdraw: 4,
  approveRun: 11,
  submit: 7,
  cancel: 1,
  send: 10,
  settle: 8,
  return: 3,
  refuse: 1,
  callback: 9,
  lookup: 6,
  method: 2,
  verify: 3,
  freeze: 1,
  suspend: 1,
  tick: 5,
  tamper: 1,
};
export type Kind = keyof typeof weights;
/** What happens, and two numbers that say with what: whatever they are, they mean something. */
export type Command = readonly [Kind, number, number];

const kinds = (Object.keys(weights) as Kind[]).flatMap((kind) => Array.from({ length: weights[kind] }, () => kind));

/** So many commands in a row; a counterexample shrinks towards those in which nearly nothing happens. */
export const stories = (length: number): fc.Arbitrary<Command[]> =>
  fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat({ max: 999 }), fc.nat({ max: 999 })), {
    minLength: length,
    maxLength: length,
    size: 'max',
  });
