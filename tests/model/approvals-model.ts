// Who may decide what, and what becomes of it, told with plain maps and without a line of the services.

export type Bucket = 'pending' | 'held' | 'approved' | 'payable' | 'rejected' | 'in-payout' | 'paid' | 'written-off';
export type State = 'waiting' | 'approved' | 'held' | 'rejected';

export interface Item {
  id: string;
  /** The commission that it is of: its own, but for what is taken back of one that was paid. */
  entry: string;
  partner: string;
  currency: string;
  amount: bigint;
  of: string | null;
  conversion: string;
  maker: string;
  at: number;
  matures: number;
  /** Whether payouts know of it. */
  here: boolean;
  stages: string[];
  follows: string | null;
  state: State;
  /** Who approved the stages that stand. */
  passed: string[];
  reporters: string[];
  /** What was told of each decision, by its number, and the highest one that payouts have heard. */
  told: Map<number, State>;
  decisions: number;
  heard: number;
  payout: string | null;
  paidAt: number;
  /** Taken back of it, or given again, once it was paid. */
  corrected: bigint;
}
const isFinance = (person: string) => person.startsWith('f');

/** Commissions, decisions and hits. */
export class ApprovalsModel {
  now = 0;
  readonly items = new Map<string, Item>();
  readonly hits = new Map<string, { conversion: string; by: string; met: Set<string> }>();

  accrue(entry: {
    id: string;
    partner: string;
    currency: string;
    amount: bigint;
    of: string | null;
    conversion: string;
    maker: string;
    matures: number;
  }): void {
    const size = entry.amount < 0n ? -entry.amount : entry.amount;
    let stages: string[] = [];
    if (entry.amount > 0n) {
      if (entry.currency !== 'EUR') stages = ['finance'];
      else if (size > 60_000n) stages = ['manager', 'finance'];
      else if (size > 40_000n) stages = ['finance'];
      else if (size > 20_000n) stages = ['manager'];
    }
    const follows = entry.amount < 0n || stages.length === 0 ? entry.of : null;
    const nothing = {
      state: 'waiting' as State,
      passed: [],
      reporters: [],
      told: new Map(),
      decisions: 0,
      heard: 0,
      payout: null,
      paidAt: 0,
      corrected: 0n,
      here: false,
    };
    const item: Item = { ...entry, ...nothing, entry: entry.id, at: this.now, stages, follows };
    this.items.set(entry.id, item);
    const original = follows === null ? undefined : this.items.get(follows);
    const hits = [...this.hits.values()].filter(
      (hit) => hit.conversion === item.conversion && !(entry.of !== null && this.answered(hit, item.partner)),
    );
    // Past a hit only what takes back follows, and what lifts something that nobody has approved.
    const follow = original !== undefined && (hits.length === 0 || item.amount < 0n || original.state !== 'approved');
    if (follow) {
      if (original.state !== 'waiting') this.become(item, original.state, null);
      if (item.state === 'held') for (const hit of hits) this.holdBy(hit, item);
    } else if (hits.length > 0) {
      item.follows = null;
      this.hold(item);
      for (const hit of hits) this.holdBy(hit, item);
    } else if (stages.length === 0 && follows === null) this.become(item, 'approved', null);
  }

  /** Whether a person may decide so on what is due, and what comes of it. */
  decide(id: string, verdict: State, person: string, withReason: boolean, onWhatStands: boolean): boolean {
    const item = this.items.get(id);
    if (!item || item.state === 'approved' || item.state === 'rejected' || item.follows !== null || !onWhatStands) return false;
    if (verdict === 'approved' && [item.maker, ...item.reporters, ...item.passed].includes(person)) return false;
    if ((item.stages[item.passed.length] ?? 'manager') === 'finance' && !isFinance(person)) return false;
    if (!withReason && (verdict !== 'approved' || item.reporters.length > 0)) return false;
    const isLast = item.passed.length + 1 >= item.stages.length;
    if (verdict === 'approved' && !isLast) {
      item.decisions += 1;
      item.state = 'waiting';
      item.passed.push(person);
      return true;
    }
    this.become(item, verdict, person);
    for (const one of this.items.values())
      if (one.follows === id && (one.state === 'waiting' || one.state === 'held') && one.state !== verdict) this.become(one, verdict, null);
    return true;
  }

  /** Everything of a conversion that would pay is held again. Answers which had been approved. */
  hit(conversion: string, rule: string, by: string): string[] {
    const key = `${conversion} ${rule}`;
    if (this.hits.has(key)) return [];
    const hit = { conversion, by, met: new Set<string>() };
    this.hits.set(key, hit);
    const met = [...this.items.values()].filter(
      (one) =>
        one.conversion === conversion && (one.state === 'waiting' || one.state === 'held' || (one.state === 'approved' && one.amount > 0n)),
    );
    const recalled: string[] = [];
    for (const one of met) {
      if (one.state === 'approved') recalled.push(one.entry);
      if (one.follows !== null && met.every(({ id }) => id !== one.follows)) {
        if (one.amount <= 0n) continue;
        one.follows = null;
      }
      if (one.state !== 'held') this.hold(one);
      this.holdBy(hit, one);
    }
    return recalled;
  }

  private become(item: Item, state: State, by: string | null): void {
    item.decisions += 1;
    item.state = state;
    item.passed = state === 'approved' && by !== null ? [...item.passed, by] : [];
    item.told.set(item.decisions, state);
  }

  private hold(item: Item): void {
    if (item.stages.length === 0 && item.follows === null) item.stages = ['manager'];
    this.become(item, 'held', null);
  }

  private holdBy(hit: { by: string; met: Set<string> }, item: Item): void {
    hit.met.add(item.id);
    item.reporters.push(hit.by);
  }

  private answered(hit: { met: Set<string> }, partner: string): boolean {
    const own = [...hit.met].flatMap((id) => this.items.get(id) ?? []).filter((item) => item.partner === partner);
    return own.length > 0 && own.every(({ state }) => state === 'approved');
  }
}
