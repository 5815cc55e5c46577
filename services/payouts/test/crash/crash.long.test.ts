import { expect, test } from '@jest/globals';
import { allDeaths, nameOf } from './points.js';
import { luckOf, type Survived, surviveKills } from './survive.js';

// npm run test:long -- services/payouts/test/crash        TRIBUTARY_SEED=n deals the same again; KILLS and LANES are how many, MINUTES how long at most
const seed = Number(process.env['TRIBUTARY_SEED'] ?? 1);
const kills = Number(process.env['KILLS'] ?? 500);
const lanes = Number(process.env['LANES'] ?? 4);
const minutes = Number(process.env['MINUTES'] ?? Infinity);

test('INV-R1 D-12 killed by SIGKILL hundreds of times, at every named place: paid = approved, nothing twice, nothing lost', async () => {
  const startedAt = Date.now();
  const say = (line: string) => process.stdout.write(`${((Date.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${line}\n`);
  const places = new Set(allDeaths(luckOf(seed)).map(nameOf));
  // Lanes are worlds of their own: a service that is killed, its database and its rails; the seed of the first is the seed of the run.
  const lane = (index: number): Promise<Survived> =>
    surviveKills({
      seed: seed + index,
      kills: Math.ceil(kills / lanes),
      places,
      until: startedAt + minutes * 60_000,
      say: (line) => say(`seed ${seed + index}: ${line}`),
    });
  const survived = await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
  const deaths = survived.flatMap((each) => each.deaths);
  const sum = (of: (each: Survived) => number) => survived.reduce((total, each) => total + of(each), 0);
  const times = new Map<string, number>();
  for (const name of deaths) times.set(name, (times.get(name) ?? 0) + 1);
  say(`seed ${seed}: ${deaths.length} kills at ${times.size} places, ${sum(({ missed }) => missed)} places not come to`);
  say(
    `${sum(({ payouts }) => payouts)} payouts, of which ${sum(({ settled }) => settled)} stayed settled; ${sum(({ approved }) => approved)} entries`,
  );
  say([...times].map(([name, count]) => `${name} ${count}`).join(', '));
  expect([seed, survived.flatMap(({ findings }) => findings)]).toEqual([seed, []]);
  if (minutes === Infinity) expect(deaths.length).toBeGreaterThanOrEqual(kills);
  if (minutes === Infinity && kills >= 500) expect([...places]).toEqual([]);
});
