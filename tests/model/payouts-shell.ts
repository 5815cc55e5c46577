import { sumOfCharges } from '../../services/payouts/src/ledger/domain/charges.js';
import type { PayoutReport, PayoutStatus, ReportedOutcome } from '../../services/payouts/src/payouts/domain/payout-state.js';
import type { Callback, Instruction } from '../../services/payouts/src/rails/domain/rail.js';
import type { Told } from './approvals-shell.js';
import type { Domain } from './domain.js';
import { MethodsShell } from './methods-shell.js';
import {
  brand,
  type Dies,
  type Fault,
  failed,
  financeThreshold,
  groupsOf,
  hashOf,
  type Order,
  type Payout,
  type Run,
} from './payouts-records.js';
import type { RailDouble, Temper } from './rail-double.js';

/** What the SQL of the service does around its pure functions, as plain maps: claims, uniqueness, locks. The SQL itself is shown on PostgreSQL. */
export class PayoutsShell extends MethodsShell {
  readonly runs = new Map<string, Run>();
  readonly payouts = new Map<string, Payout>();
  private readonly asked = new Map<string, Instruction>();

  constructor(
    domain: Domain,
    readonly rail: RailDouble,
    private readonly tell: (told: Told) => void,
    now: () => Date,
    suspended: ReadonlySet<string>,
    faults: ReadonlySet<Fault> = new Set(),
  ) {
    super(domain, now, suspended, faults);
  }

  hear(told: Exclude<Told, { to: 'approvals' }>): void {
    if (told.type === 'accrued') this.accrued(told.entry);
    else if (told.type === 'decided') this.decided(told);
    else if (told.type === 'cleared') this.cleared(told.runId, told.contentHash);
    else if (told.type === 'refused') this.refused(told.runId, told.contentHash);
    else if (told.type === 'recalled') this.recalled(told.runId, told.payoutIds);
  }

  build(order: Order): Run | null {
    const runId = `run${this.runs.size}`;
    const now = this.now();
    const claimed = [...this.entries.values()].filter((entry) => this.isClaimable(entry, order));
    const groups = groupsOf(claimed);
    const rules = {
      minimum: order.minimum,
      minimums: new Map(),
      rail: null,
      notMet: () => undefined,
      withdrawal: order.withdrawal,
      exclude: new Set(order.exclude),
      now,
    };
    const made = groups.flatMap(({ group, items }) => {
      const routing = this.domain.routeGroup(group, brand, this.partner(group.partnerId), rules);
      return 'rail' in routing ? [{ group, items, routing }] : [];
    });
    if (made.length === 0) return null;
    const payouts = made.map(({ group, items, routing }): Payout => {
      const id = `pyt${String(this.payouts.size).padStart(4, '0')}`;
      const lines = Object.freeze(items.map((entry) => Object.freeze({ itemId: entry.id, entryId: entry.entryId, amount: entry.amount })));
      const { rail, method, fee } = routing;
      const known = {
        accountHmac: method?.accountHmac ?? '',
        methodId: method?.id ?? '',
        charges: fee.charged === 0n ? [] : [{ kind: 'fee' as const, amount: Number(-fee.charged) }],
        linesHash: hashOf(JSON.stringify(lines.map((line) => `${line.itemId}:${line.amount}`))),
      };
      const payout: Payout = {
        ...group,
        ...known,
        id,
        runId,
        rail,
        railKey: id,
        amount: group.amount - fee.charged,
        lines,
        status: 'draft',
        attempted: false,
        settledAt: null,
        history: ['draft'],
      };
      this.payouts.set(id, payout);
      for (const entry of items) Object.assign(entry, { runId, payoutId: id, bucket: 'in-payout', version: entry.version + 1 });
      return payout;
    });
    const run: Run = {
      id: runId,
      status: 'draft',
      builtBy: order.builtBy,
      stages: this.stages(payouts),
      passed: [],
      asked: false,
      contentHash: this.hash(payouts),
      clearedHash: null,
    };
    this.runs.set(runId, run);
    this.post(payouts.map((payout) => this.domain.claim(payout, now)));
    return run;
  }

  approve(run: Run, by: string): string {
    if (run.builtBy === by && !this.faults.has('builder-approves')) return 'four-eyes';
    if (this.domain.whyNotApprove(run.status)) return 'run-state-forbids';
    const stage = this.domain.stageDue(run.stages, run.passed);
    if (run.passed.some((one) => one.by === by) && !this.faults.has('same-person-for-both-stages')) return 'four-eyes';
    if (!stage || (stage === 'finance' && !by.startsWith('f'))) return 'not-permitted';
    const payouts = this.of(run);
    if (payouts.some((payout) => this.enteredLately(payout, by)) && !this.faults.has('enterer-approves')) return 'four-eyes';
    if (this.changed(run)) return 'content-changed';
    run.passed.push({ stage, by });
    if (this.domain.stageDue(run.stages, run.passed)) return 'ok';
    run.status = 'sealed';
    for (const payout of payouts) this.step(payout, 'approved');
    const claimed = payouts.map(({ id, partnerId, amount, charges, lines }) => ({
      payoutId: id,
      partnerId,
      amount,
      charges: sumOfCharges(charges),
      lines: lines.map(({ entryId, amount: part }) => ({ entryId, amount: part })),
    }));
    this.tell({ to: 'approvals', type: 'sealed', runId: run.id, contentHash: run.contentHash, payouts: claimed });
    return 'ok';
  }

  submit(run: Run): string {
    if (this.domain.whyNotSubmit(run.status)) return 'run-state-forbids';
    run.asked = true;
    this.startWhenCleared(run);
    return 'ok';
  }

  cancel(run: Run): string {
    if (this.domain.whyNotCancel(run.status)) return 'run-state-forbids';
    run.status = 'cancelled';
    this.record(this.of(run).map(failed));
    return 'ok';
  }

  /** Sends what is cleared and asked for, as `submitPayouts` does, and may die on the way. */
  send(run: Run, temperOf: (payout: Payout) => Temper, dies: Dies): void {
    if (run.status !== 'submitting') return;
    const payouts = this.of(run);
    if (run.clearedHash !== run.contentHash || (this.changed(run) && !this.faults.has('content-not-compared'))) {
      if (payouts.every(({ attempted }) => !attempted)) run.status = 'refused';
      return this.record(payouts.filter(({ attempted }) => !attempted).map(failed));
    }
    if (!this.faults.has('last-gate-skipped')) this.record(payouts.filter((payout) => this.mustStay(payout)).map(failed));
    const batch = payouts.filter(({ status }) => status === 'cleared').map((payout) => ({ payout, resumed: payout.attempted }));
    for (const { payout } of batch) {
      payout.attempted = true;
      this.asked.set(payout.id, this.asked.get(payout.id) ?? { ...payout, payoutId: payout.id, behaviour: payout.accountHmac });
    }
    if (dies === 'before-the-call') return;
    const reports = batch.map(({ payout, resumed }) => {
      const known = resumed ? this.rail.lookup(payout.railKey) : ({ state: 'not-found' } as const);
      if (known.state !== 'not-found') return this.domain.reportOfState(payout.id, known);
      return this.domain.reportOfAnswer(payout.id, this.rail.submit(this.instruction(payout), temperOf(payout)));
    });
    if (dies === 'after-the-answer') return;
    this.record(reports);
  }

  /** Asks the rail about what is on its way, and takes its answers in together. */
  lookUp(payouts: readonly Payout[], temperOf: (payout: Payout) => Temper): void {
    this.record(payouts.flatMap((payout) => this.askAbout(payout, temperOf(payout)) ?? []));
  }

  /** What it does not know goes out again under the same key. */
  private askAbout(payout: Payout, temper: Temper): PayoutReport | undefined {
    if (payout.status !== 'submitted' && payout.status !== 'unknown') return undefined;
    const found = this.rail.lookup(payout.railKey);
    if (found.state !== 'not-found') return this.domain.reportOfState(payout.id, found);
    if (payout.status !== 'unknown') return undefined;
    if (this.faults.has('new-key-on-retry')) payout.railKey = `${payout.railKey}'`;
    return this.domain.reportOfAnswer(payout.id, this.rail.submit(this.instruction(payout), temper));
  }

  /** Calls that are there at once are taken in together. */
  callBack(calls: readonly Callback[]): void {
    this.record(calls.map((call) => this.domain.reportOfState(call.railKey, call)));
  }

  /** Takes in what is said of payouts: states, postings, entries, runs. */
  record(reports: readonly PayoutReport[]): void {
    const steps: { payout: Payout; outcome: ReportedOutcome; before: PayoutStatus }[] = [];
    for (const { payoutId, outcome } of reports) {
      const payout = this.payouts.get(payoutId);
      if (!payout) continue;
      const next = this.domain.advance(payout.status, outcome);
      for (const step of 'steps' in next ? next.steps : []) {
        steps.push({ payout, outcome: step, before: payout.status });
        this.step(payout, step);
      }
    }
    const now = this.now();
    for (const { payout, outcome } of steps) if (outcome === 'settled') payout.settledAt = now;
    this.flagReturned(steps.flatMap(({ payout, outcome }) => (outcome === 'returned' ? [payout] : [])));
    this.post(steps.flatMap((step) => this.postingsOf(step)));
    const touched: string[] = [];
    for (const entry of this.entries.values()) {
      const outcomes = steps.filter(({ payout }) => payout.id === entry.payoutId).map(({ outcome }) => outcome);
      if (outcomes.includes('settled')) Object.assign(entry, { bucket: 'paid', paidAt: now, version: entry.version + 1 });
      if (outcomes.includes('failed') || outcomes.includes('returned'))
        Object.assign(entry, { bucket: 'payable', payoutId: null, runId: null, paidAt: null, version: entry.version + 1 });
      if (outcomes.some((outcome) => outcome === 'settled' || outcome === 'failed' || outcome === 'returned')) touched.push(entry.id);
    }
    this.reconsider(touched);
    for (const { payout } of steps) {
      const run = this.runs.get(payout.runId);
      if (run)
        run.status = this.domain.runStatusAfter(
          run.status,
          this.of(run).map(({ status }) => status),
        );
    }
  }

  of(run: Run): Payout[] {
    return [...this.payouts.values()].filter(({ runId }) => runId === run.id);
  }

  private cleared(runId: string, contentHash: string): void {
    const run = this.runs.get(runId);
    if (run?.status !== 'sealed' || (run.contentHash !== contentHash && !this.faults.has('clearance-of-other-content'))) return;
    Object.assign(run, { status: 'cleared', clearedHash: run.contentHash });
    for (const payout of this.of(run)) if (payout.status === 'approved') this.step(payout, 'cleared');
    this.startWhenCleared(run);
  }

  private refused(runId: string, contentHash: string): void {
    const run = this.runs.get(runId);
    if (!run || run.contentHash !== contentHash || !['sealed', 'cleared'].includes(run.status)) return;
    run.status = 'refused';
    this.record(this.of(run).map(failed));
  }

  private recalled(runId: string, payoutIds: readonly string[]): void {
    const run = this.runs.get(runId);
    if (!run || this.faults.has('recall-ignored')) return;
    const unsent = this.of(run).filter(({ id, status, attempted }) => payoutIds.includes(id) && this.domain.isUnsent(status) && !attempted);
    this.record(unsent.map(failed));
  }

  private startWhenCleared(run: Run): void {
    if (run.status === 'cleared' && run.asked && run.clearedHash === run.contentHash) run.status = 'submitting';
  }

  /** The last gate: who was suspended, what was disapproved, which account was frozen, or from which something came back, since the clearance. */
  private mustStay(payout: Payout): boolean {
    const { status, attempted, partnerId, lines } = payout;
    if (status !== 'cleared' || attempted) return false;
    const { frozen, verified } = this.methodOf(payout) ?? { frozen: true, verified: false };
    const doubted = lines.some(({ itemId, amount }) => amount > 0n && this.entries.get(itemId)?.decisionState !== 'approved');
    return this.suspended.has(partnerId) || frozen || !verified || doubted;
  }

  private stages(payouts: readonly Payout[]): Run['stages'] {
    const table = this.domain.defaultPayoutTable(financeThreshold);
    const known = { brandCurrency: brand.currency, riskLevel: 'low', tags: [] };
    return this.domain.stagesOf(payouts.map((payout) => this.domain.routePayout(table, { ...payout, ...known }).outcome));
  }

  private changed(run: Run): boolean {
    return this.hash(this.of(run)) !== run.contentHash;
  }

  private hash(payouts: readonly Payout[]): string {
    return hashOf(this.domain.contentText(payouts));
  }

  /** What is asked for was stored before the first call, and is the same at every call. */
  private instruction({ id, railKey }: Payout): Instruction {
    const asked = this.asked.get(id);
    if (!asked) throw new Error(`nobody has asked for ${id}`);
    return { ...asked, railKey };
  }

  private step(payout: Payout, status: PayoutStatus): void {
    payout.status = status;
    payout.history.push(status);
  }
}
