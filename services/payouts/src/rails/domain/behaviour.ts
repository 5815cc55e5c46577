/** How the simulated rail behaves with an instruction. Chosen by the `behaviour` of the payout method; `ok` without one. */
export const behaviours = [
  'ok',
  'reject',
  'accept-then-timeout',
  'error-after-accept',
  'error-before-accept',
  'duplicate-callback',
  'late-return',
  'slow',
] as const;
export type Behaviour = (typeof behaviours)[number];
export const isBehaviour = (text: string): text is Behaviour => behaviours.some((known) => known === text);
