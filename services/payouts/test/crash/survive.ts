import { seededRandom } from '@tributary/testkit';
import { booksOf } from './books.js';
import { House } from './house.js';
import { judge } from './judge.js';
import { allDeaths, type DeathPlan, isAhead, nameOf } from './points.js';
import { type Luck, Season } from './season.js';

export interface Survived {
  findings: string[];
  deaths: readonly string[];
  missed: number;
  /** Entries that were approved, payouts made of them, and those that settled and did not come back. */
  approved: number;
  payouts: number;
  settled: number;
}

interface Torment {
  seed: number;
  kills: number;
  /** By the wall clock: who has no more time is judged by the deaths so far. */
  until?: number;
  say?: (line: string) => void;
  /** Goes on after that until nothing stands here any more, by name; all who share it take off where they died. */
  places?: Set<string>;
}

/** Has the service die so often, at places dealt by the seed, each before any comes twice; then pays what is left and judges. */
export async function surviveKills({ seed, kills, until = Infinity, say, places }: Torment): Promise<Survived> {
  const luck = luckOf(seed);
  let deck: DeathPlan[] = [];
  let calm = true;
  let taken = 0;
  // Places that are hard to come to have as many tries again as it took to come to all the others.
  const goesOn = () => house.deaths.length < kills || ((places?.size ?? 0) > 0 && house.missed + house.deaths.length < 3 * kills);
  const isDue = (plan: DeathPlan) => house.deaths.length < kills || places?.has(nameOf(plan));
  const house = new House(() => {
    for (const name of house.deaths.slice(taken)) places?.delete(name);
    taken = house.deaths.length;
    if (calm || !goesOn()) return undefined;
    if (deck.length === 0 || house.deaths.length >= kills) deck = shuffled(allDeaths(luck), luck).filter(isDue);
    // Rather a place that the run at hand still comes to, so that one run is killed several times.
    const { stage, rail } = season.at;
    const ahead = deck.findIndex((plan) => isAhead(plan, stage, rail));
    return deck.splice(Math.max(ahead, 0), 1)[0];
  });
  const season = new Season(house, luck);
  try {
    await house.open();
    await season.open(2);
    calm = false;
    await house.endOfLife();
    for (let plan = house.planned, rounds = 0; goesOn() && Date.now() < until; ) {
      await season.round();
      say?.(`${house.deaths.length} deaths, ${house.missed} missed: ${house.deaths.at(-1)}`);
      // Three rounds without coming to the place: it is another one's turn.
      rounds = plan === house.planned ? rounds + 1 : 0;
      plan = house.planned;
      if (rounds >= 3) await house.giveUp();
    }
    calm = true;
    await season.finish();
    const books = await booksOf(season.written());
    return {
      findings: [...judge(books), ...(await openItems(house))],
      deaths: house.deaths,
      missed: house.missed,
      approved: season.approved.length,
      payouts: books.payouts.length,
      settled: books.payouts.filter(({ status }) => status === 'settled').length,
    };
  } finally {
    await house.close();
  }
}

/** A difference that the service itself left to people. */
async function openItems(house: House): Promise<string[]> {
  const rows = await house.sql<{ kind: string; payout: string }>('SELECT kind, end_to_end_id AS payout FROM reconciliation_item');
  return rows.map(({ kind, payout }) => `an open item, ${kind}, of ${payout}`);
}

export function luckOf(seed: number): Luck {
  const next = seededRandom(seed);
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return { int, chance: (probability) => next() < probability, pick: (list) => list[int(0, list.length - 1)] as (typeof list)[number] };
}

function shuffled<T>(list: readonly T[], luck: Luck): T[] {
  const rest = [...list];
  return list.map(() => rest.splice(luck.int(0, rest.length - 1), 1)[0] as T);
}
