import type { Callback } from '../../services/payouts/src/rails/domain/rail.js';
import type { RunStatus } from '../../services/payouts/src/runs/domain/run-state.js';
import type { Domain } from './domain.js';
import { Laws, same } from './laws.js';
import type { ModelMethod, ModelOrder, ModelPayout } from './model-records.js';
import { accountOf, type Dies, type Fault, type Method, type Payout, type Run } from './payouts-records.js';
import { tempers } from './rail-double.js';
import { amounts, dayMs, partners, people, pick, SideBySide, start } from './side-by-side.js';
import type { Command, Kind } from './story.js';

const deaths: Dies[] = [null, null, null, 'before-the-call', 'after-the-answer'];

/** A story is played: after every command the services and the model are held against each other, and against the laws. */
export class World extends SideBySide {
  private readonly laws: Laws;

  constructor(domain: Domain, faults: ReadonlySet<Fault> = new Set(), from = start) {
    super(domain, faults, from);
    this.laws = new Laws(this);
    for (const [index, partner] of partners.entries()) {
      this.enterMethod(partner, 'bank-account', pick(people, index));
      this.verifyLast(partner, pick(people, index + 1));
    }
  }

  /** Does what a command says, lets the services hear of each other more or less promptly, and checks everything. */
  play([kind, a, b]: Command): void {
    this.commands[kind](a, b);
    if ((a + b) % 3 > 0 && kind !== 'reorder') this.drain();
    this.laws.check();
  }

  /** Everything that is under way arrives; at the end of a story. */
  end(): void {
    this.drain();
    this.laws.check();
    this.laws.fromGenesis();
  }

  private readonly commands: Record<Kind, (a: number, b: number) => unknown> = {
    nothing: () => undefined,
    accrue: (a, b) =>
      this.accrue(
        pick(amounts, a),
        pick(partners, b),
        b % 4 === 0 ? 'USD' : 'EUR',
        null,
        (a + b) % 5 === 0 ? 2 * dayMs : 0,
        pick(people, a),
      ),
    refund: (a, b) => this.correct(a, (rest) => (b % 3 === 0 ? -rest : -(rest / 2n))),
    uplift: (a, b) => this.correct(a, () => pick(amounts, b)),
    decide: (a, b) => this.decide(a, b),
    hit: (a, b) => this.hit(pick(['velocity', 'same-device', 'geo'], b), pick(people, b), a),
    fraud: (a, b) => this.fraud(a, pick(people, b)),
    deliver: () => this.drain(),
    reorder: (a, b) => this.reorder(a, b),
    redeliver: (a) => this.redeliver(a),
    forge: (a) => this.forge(a),
    contradict: (a) => this.contradict(a),
    meanwhile: (a, b) => this.meanwhile(a, b),
    build: (a, b) => {
      const order = { currency: pick([null, null, 'EUR', 'USD'], a), minimum: pick([null, null, 0n, 50_000n], b) };
      this.build(
        { ...order, include: a % 5 === 0 ? [pick(partners, b)] : null, exclude: b % 5 === 0 ? [pick(partners, a)] : [], forced: null },
        pick(people, a + b),
      );
    },
    withdraw: (a, b) => {
      const forced = { from: 50n, fee: 30n, waived: BigInt(a % 40) };
      this.build({ currency: 'EUR', minimum: null, include: [pick(partners, b)], exclude: [], forced }, pick(people, a));
    },
    approveRun: (a, b) => this.onRun(a, 'draft', (run) => this.approveRun(run, b)),
    submit: (a) => this.onRun(a, 'sealed', (run) => same('a run submitted', this.payouts.submit(run) === 'ok', this.model.submit(run.id))),
    cancel: (a, b) =>
      b % 2 === 0 &&
      this.onRun(a, 'cleared', (run) => same('a run cancelled', this.payouts.cancel(run) === 'ok', this.model.cancel(run.id))),
    send: (a, b) => this.onRun(a, 'submitting', (run) => this.send(run, a, pick(deaths, b))),
    settle: (a, b) => this.railMoves(a, 'settled', b % 2 === 0),
    return: (a, b) => this.railMoves(a, 'returned', b % 2 === 0),
    refuse: (a) => this.railMoves(a, 'rejected', false),
    callback: (a, b) => this.callBack(a, b),
    lookup: (a) => this.lookUp(a),
    method: (a, b) => this.enterMethod(pick(partners, a), pick(['bank-account', 'paypal'], b), pick(people, a + b)),
    verify: (a, b) => this.verifyLast(pick(partners, a), pick(people, b)),
    freeze: (a, b) => b % 3 === 0 && this.freeze(pick(partners, a)),
    suspend: (a, b) => (b % 3 === 0 || this.suspended.has(pick(partners, a))) && this.suspend(pick(partners, a)),
    tick: (a, b) => this.tick(pick([60_000, 3_600_000, 6 * 3_600_000, dayMs, dayMs / 2 + 1], a) * (1 + (b % 2))),
    tamper: (a) => this.onRun(a, 'cleared', (run) => a % 2 === 0 && this.tamper(run)),
  };

  /** A run is built when a refund has arrived and nobody has said yet what is decided about it. */
  private meanwhile(a: number, b: number): void {
    this.drain();
    this.correct(a * 2 + 1, (rest) => -rest);
    for (const told of this.queue.filter(({ type }) => type === 'accrued')) this.deliver(told);
    this.build({ currency: null, minimum: null, include: null, exclude: [], forced: null }, pick(people, b));
  }

  /** A clearance that was given for something else. */
  private forge(a: number): void {
    const sealed = [...this.payouts.runs.values()].filter(({ status }) => status === 'sealed');
    if (sealed.length > 0)
      this.payouts.hear({ to: 'payouts', type: 'cleared', runId: pick(sealed, a).id, contentHash: 'of something else' });
  }

  /** A bank says something of a payout that is over which cannot be. */
  private contradict(a: number): void {
    const over = [...this.payouts.payouts.values()].filter(({ status }) => this.domain.isOver(status));
    if (over.length === 0) return;
    const { id, status } = pick(over, a);
    const outcome = status === 'failed' ? 'settled' : 'failed';
    this.payouts.record([{ payoutId: id, outcome, reference: null, reason: null }]);
    this.model.report(id, outcome);
  }

  private build(order: ModelOrder, builtBy: string): void {
    const { forced, ...rest } = order;
    const withdrawal = forced && { forced: { minimum: 50, fee: 30, waivedUpTo: null }, allowanceLeft: forced.waived };
    const expected = this.model.payable(order);
    const run = this.payouts.build({ ...rest, builtBy, withdrawal });
    const made = run ? this.payouts.of(run) : [];
    const shown = (account: string, amount: bigint, items: readonly string[], methodId: string) =>
      `${account}: ${amount} by ${methodId} of ${[...items].sort()}`;
    same(
      'payouts of a run',
      made
        .map((payout) =>
          shown(
            accountOf(payout),
            payout.amount,
            payout.lines.map(({ itemId }) => itemId),
            payout.methodId,
          ),
        )
        .sort(),
      expected.map((payout) => shown(`${payout.partner} ${payout.currency}`, payout.amount, payout.items, payout.method.id)).sort(),
    );
    if (!run) return;
    this.model.build(run.id, builtBy, order, (account) => made.find((payout) => accountOf(payout) === account)?.id ?? '');
  }

  /** Mostly a run that is ready for it, and now and then any other, which must refuse it. */
  private onRun(a: number, ready: RunStatus, act: (run: Run) => unknown): void {
    const runs = [...this.payouts.runs.values()];
    const isReady = ({ status, asked }: Run) =>
      ready === 'sealed' ? !asked && (status === 'sealed' || status === 'cleared') : status === ready;
    const fit = runs.filter(isReady);
    if (runs.length > 0) act(pick(fit.length > 0 && a % 8 > 0 ? fit : runs, a));
  }

  /** Now and then by somebody who has approved it already. */
  private approveRun(run: Run, b: number): void {
    const [before] = run.passed;
    const person = before && b % 3 === 0 ? before.by : pick(people, b);
    const answer = this.payouts.approve(run, person);
    same(`${person} approves ${run.id}: ${answer}`, answer === 'ok', this.model.approveRun(run.id, person));
  }

  private send(run: Run, a: number, dies: Dies): void {
    const temperOf = ({ id }: Pick<Payout | ModelPayout, 'id'>) => pick(tempers, a + Number(id.slice(3)));
    this.payouts.send(run, temperOf, dies);
    this.model.send(run.id, temperOf, dies);
  }

  private railMoves(a: number, to: 'settled' | 'returned' | 'rejected', saysSo: boolean): void {
    const ready = [...this.rail.known].filter(([, { state }]) => state === (to === 'returned' ? 'settled' : 'accepted'));
    if (ready.length === 0) return;
    const [railKey, { instruction }] = pick(ready, a);
    this.rail.become(railKey, to);
    const payout = this.model.payouts.get(instruction.payoutId);
    if (payout) payout.rail = to;
    if (saysSo) this.hearCalls(this.rail.calls.slice(-1));
  }

  private callBack(a: number, b: number): void {
    const { calls } = this.rail;
    if (calls.length === 0) return;
    // Mostly the latest, and any of the older ones once more; now and then whatever came after it with it.
    const index = a % 3 === 0 ? a % calls.length : calls.length - 1 - (a % Math.min(calls.length, 4));
    this.hearCalls(calls.slice(index, b % 4 === 0 ? calls.length : index + 1));
  }

  /** What the rail says at once. */
  hearCalls(calls: readonly Callback[]): void {
    this.payouts.callBack(calls);
    this.model.reports(calls.map(({ railKey, state }) => [railKey, state === 'accepted' ? 'submitted' : state] as const));
  }

  private lookUp(a: number): void {
    const waiting = [...this.payouts.payouts.values()].filter(({ status }) => status === 'submitted' || status === 'unknown');
    if (waiting.length === 0) return;
    const payout = pick(waiting, a);
    this.payouts.lookUp([payout], () => pick(tempers, a));
    this.model.lookUp([payout.id], () => pick(tempers, a));
  }

  private enterMethod(partner: string, kind: string, by: string): void {
    const list = this.payouts.methods.get(partner) ?? [];
    const id = `${partner}.${list.length}`;
    const cooling = list.some((method) => method.kind === kind) && !this.faults.has('cooling-ignored') ? 3 * dayMs : 0;
    const entered = {
      id,
      kind,
      brandIds: [],
      verified: false,
      frozen: false,
      returnedAt: null,
      accountHmac: `account ${id}`,
      createdBy: by,
      createdAt: this.clock(),
    };
    const method: Method = { ...entered, usableFrom: new Date(this.now + cooling) };
    this.payouts.methods.set(partner, [...list, method]);
    const known = this.model.methods.get(partner) ?? [];
    const isFirst = known.every((one) => one.kind !== kind);
    const own: ModelMethod = {
      id,
      kind,
      by,
      at: this.now,
      account: method.accountHmac,
      usableFrom: isFirst ? this.now : this.now + 3 * dayMs,
      verified: false,
      frozen: false,
      returnedAt: 0,
    };
    this.model.methods.set(partner, [...known, own]);
  }

  /** Another person than who entered it. */
  private verifyLast(partner: string, by: string): void {
    const method = this.payouts.methods.get(partner)?.at(-1);
    if (method) this.payouts.verify(method, by);
    const known = this.model.methods.get(partner)?.at(-1);
    if (known && known.by !== by && known.returnedAt < this.now) known.verified = true;
  }

  private freeze(partner: string): void {
    const method = this.payouts.methods.get(partner)?.at(-1);
    const known = this.model.methods.get(partner)?.at(-1);
    if (method && known) Object.assign(method, { frozen: true });
    if (known) known.frozen = true;
  }

  private suspend(partner: string): void {
    for (const known of [this.suspended, this.model.suspended]) if (!known.delete(partner)) known.add(partner);
  }

  private tick(ms: number): void {
    this.now += ms;
    this.model.now = this.now;
    this.payouts.mature();
  }

  /** Somebody changes in the database where a payout goes. */
  private tamper(run: Run): void {
    const [payout] = this.payouts.of(run);
    const known = this.model.runs.get(run.id);
    if (!payout || !known) return;
    payout.accountHmac = 'account of a thief';
    known.tampered = true;
  }
}
