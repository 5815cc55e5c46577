// What must come of a story, told with plain maps and without a line of the services: the other side of every comparison.

import { ApprovalsModel, type Bucket, type Item, type State } from './approvals-model.js';
import type { ModelMethod, ModelOrder, ModelPayout, ModelRun } from './model-records.js';

const dayMs = 86_400_000;

export class Model extends ApprovalsModel {
  readonly methods = new Map<string, ModelMethod[]>();
  readonly suspended = new Set<string>();
  readonly runs = new Map<string, ModelRun>();
  readonly payouts = new Map<string, ModelPayout>();

  /** Of cleared runs, the payouts that hold one of these. */
  recalledBy(entries: readonly string[]): string[] {
    const holds = (payout: ModelPayout) => payout.items.some((id) => entries.includes(this.items.get(id)?.entry ?? ''));
    return [...this.payouts.values()]
      .filter((payout) => this.runs.get(payout.run)?.clearance === 'cleared' && holds(payout))
      .map(({ id }) => id);
  }

  hear(id: string, decision: number): void {
    const item = this.items.get(id);
    if (item) item.heard = Math.max(item.heard, decision);
    this.correct();
  }

  arrive(id: string): void {
    const item = this.items.get(id);
    if (item) item.here = true;
    this.correct();
  }

  /** Where something lies. */
  bucket(item: Item): Bucket {
    if (item.payout !== null) return this.payouts.get(item.payout)?.state === 'settled' ? 'paid' : 'in-payout';
    if (item.corrected !== 0n) return 'payable';
    if (this.isRejected(item)) return 'rejected';
    const state = this.heardOf(item);
    if (state === 'waiting') return 'pending';
    if (state === 'held') return 'held';
    if (!this.takesBack(item)) return item.matures <= this.now ? 'payable' : 'approved';
    const original = this.items.get(item.of ?? '');
    if (!original?.here) return 'pending';
    if (original.payout === null) return this.bucket(original);
    const until = Math.ceil(original.paidAt / dayMs) * dayMs + 2 * dayMs;
    return this.payouts.get(original.payout)?.state === 'settled' && item.at > until ? 'written-off' : 'payable';
  }

  /** What each account of a partner in a currency must show. */
  accounts(): Map<string, bigint> {
    const sums = new Map<string, bigint>();
    const add = ({ partner, currency }: { partner: string; currency: string }, account: string, amount: bigint) => {
      const key = `${partner} ${currency} ${account}`;
      sums.set(key, (sums.get(key) ?? 0n) + amount);
    };
    for (const item of this.items.values()) {
      if (!item.here) continue;
      const bucket = this.bucket(item);
      if (bucket !== 'in-payout' && bucket !== 'paid') add(item, bucket, item.amount);
      if (item.entry === item.id) add(item, 'brand-expense', -item.amount);
      else add(item, 'rejected', -item.amount);
    }
    for (const payout of this.payouts.values()) {
      const { amount, fee, state } = payout;
      if (state === 'failed' || state === 'returned') continue;
      add(payout, 'fees', fee);
      add(payout, state === 'settled' ? 'paid' : 'in-payout', amount);
      if (state === 'settled') add(payout, 'disbursed', -amount);
      if (state === 'submitted' || state === 'unknown') add(payout, 'rail-clearing', -amount);
      if (state === 'settled' || state === 'submitted' || state === 'unknown') add(payout, 'brand-funds', amount);
    }
    return sums;
  }

  /** Who is to be paid now, of what and to where; what is left out stays where it is. */
  payable(order: ModelOrder): Omit<ModelPayout, 'id' | 'run' | 'state' | 'tried' | 'rail'>[] {
    const groups = new Map<string, Item[]>();
    for (const item of this.items.values()) {
      if (!item.here || item.payout !== null || this.bucket(item) !== 'payable') continue;
      if ((order.currency ?? item.currency) !== item.currency || !(order.include ?? [item.partner]).includes(item.partner)) continue;
      const doubted = [...this.items.values()].some(
        (one) => one.of === item.id && one.here && one.amount < 0n && this.bucket(one) === 'pending',
      );
      const key = `${item.partner} ${item.currency}`;
      if (!doubted) groups.set(key, [...(groups.get(key) ?? []), item]);
    }
    return [...groups.values()].flatMap((items) => {
      const [{ partner, currency } = { partner: '', currency: '' }] = items;
      const amount = items.reduce((sum, item) => sum + item.amount, 0n);
      const method = [...(this.methods.get(partner) ?? [])].reverse().find((one) => this.reaches(one, currency));
      const minimum = order.minimum ?? (currency === 'EUR' ? 100n : 0n);
      const { from, fee, waived } = order.forced ?? { from: amount + 1n, fee: 0n, waived: 0n };
      if (order.exclude.includes(partner) || this.suspended.has(partner) || amount <= 0n || !method) return [];
      if (amount < minimum && amount < from) return [];
      const charged = amount < minimum && fee > waived ? fee - waived : 0n;
      return [{ partner, currency, amount: amount - charged, fee: charged, items: items.map(({ id }) => id), method }];
    });
  }

  /** Keeps the payouts of a run, by the names that they have got. */
  build(run: string, by: string, order: ModelOrder, nameOf: (account: string) => string): void {
    for (const payout of this.payable(order)) {
      const id = nameOf(`${payout.partner} ${payout.currency}`);
      this.payouts.set(id, { ...payout, id, run, state: 'draft', tried: false, rail: 'nothing' });
      for (const item of payout.items) Object.assign(this.items.get(item) ?? {}, { payout: id });
    }
    this.runs.set(run, { state: 'draft', by, passed: [], asked: false, tampered: false, clearance: 'none' });
  }

  of(run: string): ModelPayout[] {
    return [...this.payouts.values()].filter((payout) => payout.run === run);
  }

  approveRun(id: string, person: string): boolean {
    const run = this.runs.get(id);
    if (!run || run.by === person || run.state !== 'draft' || run.tampered) return false;
    if (this.of(id).some(({ method }) => method.by === person && method.at > this.now - 7 * dayMs)) return false;
    const isLarge = this.of(id).some(({ amount, currency }) => currency !== 'EUR' || amount > 60_000n);
    // Finance has the last word, and of large ones a manager, or another of finance, the first.
    if (run.passed.includes(person) || (!person.startsWith('f') && (!isLarge || run.passed.length > 0))) return false;
    run.passed.push(person);
    if (isLarge && run.passed.length < 2) return true;
    run.state = 'sealed';
    for (const payout of this.of(id)) payout.state = 'approved';
    return true;
  }

  /**
   * Approvals look once more at what was sealed: every line is a commission that is approved, in its amount, of somebody active, or
   * takes back no more than one has paid, whatever has been decided about it since; each once, and once beside what takes it back.
   */
  seal(id: string): void {
    const run = this.runs.get(id);
    if (run?.clearance !== 'none') return;
    const lines = this.of(id).flatMap(({ items }) => items.flatMap((item) => this.items.get(item) ?? []));
    const sound = (item: Item) => {
      const commission = this.items.get(item.entry);
      if (!commission || this.suspended.has(item.partner)) return false;
      if (item.amount < 0n && -item.amount <= commission.amount) return true;
      return commission.state === 'approved' && commission.amount === item.amount;
    };
    const isSound = lines.every(sound) && new Set(lines.map(({ entry, amount }) => `${entry} ${amount < 0n}`)).size === lines.length;
    run.clearance = isSound ? 'cleared' : 'refused';
  }

  cleared(id: string): void {
    const run = this.runs.get(id);
    if (run?.state !== 'sealed') return;
    run.state = 'cleared';
    for (const payout of this.of(id)) if (payout.state === 'approved') payout.state = 'cleared';
    if (run.asked) run.state = 'submitting';
  }

  refused(id: string): void {
    const run = this.runs.get(id);
    if (run && ['sealed', 'cleared'].includes(run.state)) this.giveUp(id, 'refused');
  }

  cancel(id: string): boolean {
    if (!['draft', 'sealed', 'cleared'].includes(this.runs.get(id)?.state ?? '')) return false;
    this.giveUp(id, 'cancelled');
    return true;
  }

  submit(id: string): boolean {
    const run = this.runs.get(id);
    if (!run || ['draft', 'refused', 'cancelled'].includes(run.state)) return false;
    run.asked = true;
    if (run.state === 'cleared') run.state = 'submitting';
    return true;
  }

  recall(payouts: readonly string[]): void {
    for (const id of payouts) {
      const payout = this.payouts.get(id);
      if (payout && !payout.tried && ['draft', 'approved', 'cleared'].includes(payout.state)) this.report(id, 'failed');
    }
  }

  /** `answers` is how the rail takes each, for the first time. */
  send(id: string, answers: (payout: ModelPayout) => string, dies: string | null): void {
    const run = this.runs.get(id);
    if (run?.state !== 'submitting') return;
    const untried = this.of(id).filter(({ tried }) => !tried);
    if (run.tampered) {
      if (untried.length === this.of(id).length) run.state = 'refused';
      for (const payout of untried) this.report(payout.id, 'failed');
      return;
    }
    for (const payout of untried) if (payout.state === 'cleared' && this.mustStay(payout)) this.report(payout.id, 'failed');
    const batch = this.of(id).filter(({ state }) => state === 'cleared');
    const outcomes = batch.map((payout) => {
      payout.tried = true;
      return dies === 'before-the-call' ? null : ([payout.id, this.ask(payout, answers(payout))] as const);
    });
    if (dies === null) this.reports(outcomes.flatMap((said) => (said ? [said] : [])));
  }

  lookUp(ids: readonly string[], answers: (payout: ModelPayout) => string): void {
    const found = ids.flatMap((id) => this.payouts.get(id) ?? []);
    const asked = found.filter(({ state, rail }) => state === 'unknown' || (state === 'submitted' && rail !== 'nothing'));
    this.reports(asked.map((payout) => [payout.id, this.ask(payout, answers(payout))] as const));
  }

  report(id: string, said: string): void {
    this.reports([[id, said]]);
  }

  /** What is said at once is of one moment: of what was paid and came back within it, nothing is left to be taken back. */
  reports(all: readonly (readonly [id: string, said: string])[]): void {
    for (const [id, said] of all) this.move(id, said);
    this.correct();
  }

  /** What is said of a payout moves it forward, or says nothing new, or contradicts what is final and changes nothing. */
  private move(id: string, said: string): void {
    const payout = this.payouts.get(id);
    if (!payout) return;
    const unsent = payout.state === 'draft' || payout.state === 'approved';
    const isOver = payout.state === 'failed' || payout.state === 'returned' || (payout.state === 'settled' && said !== 'returned');
    const isOld =
      said === payout.state || (said === 'unknown' && payout.state === 'submitted') || (said === 'submitted' && payout.state === 'settled');
    if (isOver || isOld || (unsent && said !== 'failed')) return;
    payout.state = said;
    const gone = said === 'failed' || said === 'returned';
    if (said === 'returned') Object.assign(payout.method, { verified: false, returnedAt: this.now });
    for (const item of this.items.values()) {
      if (item.payout !== id) continue;
      if (said === 'settled') item.paidAt = this.now;
      if (gone) item.payout = null;
    }
    const run = this.runs.get(payout.run);
    if (!run || (run.state !== 'submitting' && run.state !== 'submitted')) return;
    const states = this.of(payout.run).map(({ state }) => state);
    if (states.every((state) => ['settled', 'failed', 'returned'].includes(state))) run.state = 'completed';
    else if (!states.includes('cleared')) run.state = 'submitted';
  }

  private ask(payout: ModelPayout, answer: string): string {
    if (payout.rail === 'nothing') {
      if (answer === 'error-before-accept') return 'unknown';
      payout.rail = answer === 'reject' ? 'rejected' : 'accepted';
      if (answer === 'accept-then-timeout') return 'unknown';
    }
    return { accepted: 'submitted', rejected: 'failed', settled: 'settled', returned: 'returned' }[payout.rail];
  }

  private giveUp(id: string, state: string): void {
    Object.assign(this.runs.get(id) ?? {}, { state });
    for (const payout of this.of(id)) this.report(payout.id, 'failed');
  }

  private mustStay({ partner, method, items }: ModelPayout): boolean {
    const doubted = (item: Item | undefined) =>
      item !== undefined && item.amount > 0n && item.entry === item.id && this.heardOf(item) !== 'approved';
    return this.suspended.has(partner) || method.frozen || !method.verified || items.some((id) => doubted(this.items.get(id)));
  }

  private reaches({ kind, verified, frozen, usableFrom }: ModelMethod, currency: string): boolean {
    return verified && !frozen && usableFrom <= this.now && (kind === 'paypal' || currency === 'EUR');
  }

  private correct(): void {
    for (const item of [...this.items.values()]) {
      if (!item.here || (item.corrected === 0n && this.bucket(item) !== 'paid')) continue;
      const due = (this.isRejected(item) ? 0n : item.amount) - item.amount - item.corrected;
      if (due === 0n) continue;
      item.corrected += due;
      const id = `${item.id}!${Math.max(item.heard, this.items.get(item.of ?? '')?.heard ?? 0)}`;
      const decided = { told: new Map([[1, 'approved' as State]]), heard: 1, payout: null, corrected: 0n };
      this.items.set(id, { ...item, ...decided, id, conversion: '', of: null, follows: null, amount: due, matures: this.now });
    }
    this.cancelOut();
  }

  /** What was paid, rejected and came back is rejected with what was to be taken back of it, as long as nothing has netted that. */
  private cancelOut(): void {
    for (const item of this.items.values()) {
      if (!item.here || item.corrected === 0n || item.payout !== null || !this.isRejected(item)) continue;
      const open = [...this.items.values()].filter(
        (each) => each.entry === item.id && each.id !== item.id && this.bucket(each) === 'payable',
      );
      const sum = open.reduce((total, { amount }) => total + amount, 0n);
      if (item.amount + sum !== 0n) continue;
      for (const each of open) each.told = new Map([[1, 'rejected' as State]]);
      item.corrected -= sum;
    }
  }

  private takesBack = ({ amount, of }: Item): boolean => amount < 0n && of !== null;

  private isRejected(item: Item): boolean {
    const original = this.takesBack(item) ? this.items.get(item.of ?? '') : undefined;
    return this.heardOf(item) === 'rejected' || (original !== undefined && this.heardOf(original) === 'rejected');
  }

  private heardOf = ({ told, heard }: Item): State => told.get(heard) ?? 'waiting';
}
