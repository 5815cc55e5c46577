import { expect, test } from '@jest/globals';
import { allDeaths, nameOf } from './points.js';
import { luckOf, surviveKills } from './survive.js';

// npm run test:long -- services/payouts/test/crash          TRIBUTARY_SEED=n again; KILLS=n more or fewer
const seed = Number(process.env['TRIBUTARY_SEED'] ?? process.env['SEED'] ?? 1);
const kills = Number(process.env['KILLS'] ?? 500);

test('INV-R1 D-12 killed by SIGKILL hundreds of times, at every named place: paid = approved, nothing twice, nothing lost', async () => {
  const startedAt = Date.now();
  const say = (line: string) => process.stdout.write(`${((Date.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${line}\n`);
  const { findings, deaths, missed, approved, settled } = await surviveKills({ seed, kills, say });
  const times = new Map<string, number>();
  for (const name of deaths) times.set(name, (times.get(name) ?? 0) + 1);
  say(
    `seed ${seed}: ${deaths.length} kills at ${times.size} places, ${missed} places not come to; ${settled} payouts settled, ${approved} paid`,
  );
  say([...times].map(([name, count]) => `${name} ${count}`).join(', '));
  expect([seed, findings]).toEqual([seed, []]);
  expect(deaths.length).toBeGreaterThanOrEqual(kills);
  if (kills >= 500)
    expect(
      allDeaths(luckOf(seed))
        .map(nameOf)
        .filter((name) => !times.has(name)),
    ).toEqual([]);
});
