import type { Command } from './story.js';

const returnedAtOnce: Command[] = [
  ['fraud', 6, 6],
  ['settle', 591, 501],
  ['callback', 607, 873],
  ['return', 964, 439],
  ['callback', 989, 721],
  ['tick', 460, 170],
];
const nettedMeanwhile: Command[] = [
  ['accrue', 88, 231],
  ['withdraw', 359, 396],
  ['approveRun', 23, 22],
  ['deliver', 489, 990],
  ['submit', 737, 982],
  ['send', 997, 0],
  ['settle', 280, 34],
  ['fraud', 946, 387],
  ['accrue', 606, 153],
  ['accrue', 901, 426],
  ['build', 6, 8],
  ['approveRun', 994, 532],
  ['submit', 2, 15],
  ['return', 271, 688],
  ['send', 5, 505],
];

/** Stories that once ended in one way here and in another there, told before all others. */
export const corpus: [Command[]][] = [
  // What the stories on PostgreSQL begin with is rejected on its way, paid and comes back, and the rail says both at once.
  [returnedAtOnce],
  // Rejected after it was paid, it comes back while a run nets what is taken back of it, and then the run lets that go.
  [nettedMeanwhile],
];
