import { expect, test } from '@jest/globals';
import { shuffle } from './shuffle.js';

const events = Number(process.env['TRIBUTARY_SCALE'] ?? 200_000);

test(`D-02 D-05 ${events} events in full shuffle, in batches of 500, end in what the oracle says, within 512 MB`, async () => {
  const { eventsPerSecond, processorSeconds, peakMegabytes, scopes, statements } = await shuffle({ events, partners: 204, seed: 7 });
  process.stdout.write(
    `${events} events in full shuffle: ${eventsPerSecond} a second, ${processorSeconds} s of Node, at most ${peakMegabytes} MB resident; ${scopes} scopes and ${statements} statements as the oracle says\n`,
  );
  expect(peakMegabytes).toBeLessThanOrEqual(512);
});
