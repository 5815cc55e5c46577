import { expect, test } from '@jest/globals';
import { pureFold } from './pure.js';

const events = Number(process.env['TRIBUTARY_SCALE'] ?? 1_000_000);

test(`D-02 ${events} events through the pure fold, in chunks with states, within 512 MB`, () => {
  const { seconds, processorSeconds, peakMegabytes } = pureFold({ events, partners: 204, seed: 3 });
  process.stdout.write(
    `${events} events through the pure fold: ${seconds.toFixed(1)} s, ${processorSeconds.toFixed(1)} s of processor, at most ${peakMegabytes} MB resident\n`,
  );
  expect(peakMegabytes).toBeLessThanOrEqual(512);
});
