import { expect, test } from '@jest/globals';
import { partnerChanged } from '../world.js';
import { booksOf } from './books.js';
import { House } from './house.js';
import { judge } from './judge.js';
import type { DeathPlan } from './points.js';
import { Season } from './season.js';
import type { SeededBug } from './seeded-bugs.js';
import { luckOf, surviveKills } from './survive.js';

const seed = Number(process.env['SEED'] ?? 20_261_122);

test('INV-R1 D-12 killed by SIGKILL at ten named places: every approved cent is paid once, none twice, none is lost', async () => {
  const { findings, deaths, settled } = await surviveKills({ seed, kills: 10 });
  expect([seed, findings]).toEqual([seed, []]);
  expect(deaths.length).toBeGreaterThanOrEqual(10);
  expect(settled).toBeGreaterThan(0);
}, 240_000);

/** One run of a Stripe brand, and nothing unlikely in it; the process dies once, and what happens meanwhile is told to the next one. */
async function oneDeath(plan: DeathPlan, meanwhile: (house: House, season: Season) => Promise<void>, bug?: SeededBug): Promise<string[]> {
  let due = false;
  const house = new House(() => {
    const next = due && house.deaths.length === 0 ? plan : undefined;
    due = false;
    return next;
  }, bug);
  try {
    await house.open();
    const season = new Season(house, { ...luckOf(seed), chance: (probability) => probability >= 0.5 });
    await season.open();
    const stripe = season.brands.find(({ rail }) => rail === 'stripe');
    due = true;
    await house.endOfLife();
    house.meanwhile = () => meanwhile(house, season);
    // Where a payout never gets an outcome the round says so; the judge does too.
    await season.round(stripe).catch((error: unknown) => {
      if (bug === undefined) throw error;
    });
    if (bug === undefined) await season.finish();
    expect(house.deaths).toHaveLength(1);
    return judge(await booksOf(season.written()));
  } finally {
    await house.close();
  }
}

const inTheAnswer: DeathPlan = { kind: 'wire', moment: 'done', lost: true, route: 'send', hit: 1 };
const afterTheAnswer: DeathPlan = { kind: 'point', name: 'payouts.after-rail-answer-before-commit', hit: 1 };
const suspendAll = async (house: House, season: Season) => {
  const partners = season.brands.flatMap(({ partnerIds }) => partnerIds);
  await house.deliver(...partners.map((partnerId) => partnerChanged(partnerId, 'suspended', ++season.sequence)));
};

test('the judge bites: who sends again under a new key after a death pays twice', async () => {
  const findings = await oneDeath(inTheAnswer, async () => undefined, 'new-key-on-retry');
  expect(findings).toEqual(expect.arrayContaining([expect.stringMatching(/^the rail paid pyt_\w+ 2 times$/)]));
}, 120_000);

test('the judge bites: an attempt that is committed only after the call is not known after a death, and what was paid is released', async () => {
  const findings = await oneDeath(afterTheAnswer, suspendAll, 'attempt-after-call');
  expect(findings).toEqual(expect.arrayContaining([expect.stringMatching(/^pyt_\w+ is failed, and the rail paid it 1 times/)]));
}, 120_000);

test('FF10 D-12 as it is built, partners who are suspended after a death in the call are paid once all the same', async () => {
  const findings = await oneDeath(afterTheAnswer, suspendAll);
  expect(findings).toEqual([]);
}, 120_000);
