import { expect, test } from '@jest/globals';
import { runs } from '@tributary/testkit/runs';
import { bucketOf, bucketRange, hourMs, offsetAt, resets } from './index.js';

const [start, end] = [Date.UTC(2024, 0), Date.UTC(2024 + runs(1, 4), 0)];
const weeks = Array.from({ length: (end - start) / (168 * hourMs) }, (_, week) => start + week * 168 * hourMs);
/** One zone of all that show the same time in every week. */
const zones = [
  ...new Map(Intl.supportedValuesOf('timeZone').map((zone) => [weeks.map((week) => offsetAt(week, zone)).join(), zone])).values(),
];

test.each(resets.filter((reset) => reset !== 'lifetime'))('M-11 in every zone, each %s begins where the one before it ends', (reset) => {
  for (const zone of zones) {
    let at = bucketRange(bucketOf(new Date(start).toISOString(), reset, zone), zone).from;
    while (Date.parse(at) < end) {
      const bucket = bucketOf(at, reset, zone);
      const { from, to } = bucketRange(bucket, zone);
      const before = new Date(Date.parse(from) - 1000).toISOString();
      if (from !== at || to <= from || bucketOf(before, reset, zone) === bucket)
        throw new Error(`${zone}: ${bucket} from ${from} to ${to}, at ${at}`);
      at = to;
    }
  }
  expect(zones.length).toBeGreaterThan(50);
});
