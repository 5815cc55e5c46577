import type { TestService } from '@tributary/testkit';
import type { Told } from './approvals-shell.js';
import type { Domain } from './domain.js';
import { accountOf, balanceAs, movedAs, type Order, paidAs, type Run } from './payouts-records.js';
import type { PayoutsShell } from './payouts-shell.js';
import { type Temper, tempers } from './rail-double.js';
import type { RealPayouts } from './real-payouts.js';
import { dayMs, partners, people, pick } from './side-by-side.js';
import type { Command } from './story.js';
import { World } from './world.js';

type Deed = () => Promise<unknown>;

/** A story that is told in memory, and to the service: what is done in memory is done there after it, and must be answered alike. */
export class TwiceTold {
  readonly world: World;
  private readonly deeds: Deed[] = [];
  private readonly pending: number[] = [];

  constructor(
    domain: Domain,
    private readonly real: RealPayouts,
    private readonly service: TestService<unknown>,
    private readonly from: number,
  ) {
    this.world = new World(domain, new Set(), from);
    this.follow(this.world.payouts);
  }

  async begin(): Promise<void> {
    await this.service.moveClock(new Date(this.from));
    await this.real.begin();
    for (const [index, partner] of partners.entries()) {
      await this.real.enterMethod(partner, 'bank-account', pick(people, index));
      await this.real.verifyLast(partner, pick(people, index + 1));
    }
  }

  /** Jobs do in one go what the story does one by one; nobody dies on the way, and contents cannot be changed: other tests show those. */
  async play([kind, a, b]: Command): Promise<void> {
    const { world, real } = this;
    if (kind === 'send') await this.runJobs(a, 0);
    else if (kind === 'tick' || kind === 'lookup') await this.runJobs(a, pick([3_600_000, 6 * 3_600_000, dayMs], b));
    else if (kind === 'callback' && world.rail.calls.length > 0) this.pending.push(a % world.rail.calls.length);
    else if (kind === 'withdraw') await this.play(['build', a, b]);
    else if (!['callback', 'contradict', 'tamper'].includes(kind)) {
      // At a later instant than anything came back at: jobs run when they are due, which may be a little before.
      if (kind === 'verify') await this.runJobs(a, 1);
      const before = this.people();
      world.play([kind, a, kind === 'settle' || kind === 'return' ? 2 * b + 1 : b]);
      await this.mirror(kind, before, a, b);
    }
    for (const deed of this.deeds.splice(0)) await deed();
    real.isAsking = false;
  }

  async end(): Promise<void> {
    this.world.end();
    for (const deed of this.deeds.splice(0)) await deed();
  }

  /** What the service must hold. */
  expected() {
    const { payouts, model, rail } = this.world;
    const accounts = [...model.accounts()].filter(([, amount]) => amount !== 0n);
    return {
      entries: [...payouts.entries.values()]
        .flatMap(({ id, accrued, bucket, corrected }) => (accrued ? [`${id} ${bucket} ${corrected}`] : []))
        .sort(),
      payouts: [...payouts.payouts.values()].map(paidAs).sort(),
      runs: [...payouts.runs.values()].map(({ id, status }) => `${id} ${status}`).sort(),
      accounts: accounts.map(([account, amount]) => `${account} ${amount}`).sort(),
      balances: [...payouts.balances].map(([account, terms]) => balanceAs(account, terms)).sort(),
      moved: rail.moved.map(movedAs).sort(),
    };
  }

  /** Everything that jobs do: callbacks that are there, look-ups once the clock has moved, and what is to be sent. */
  private async runJobs(a: number, ms: number): Promise<void> {
    const { world, real } = this;
    const isAsking = ms > 1;
    const temperOf = ({ id }: { id: string }): Temper => {
      // A bank's file is taken or refused as a whole, and is never sent again by itself.
      const temper = pick(tempers, a + Number(id.slice(3)));
      return world.payouts.payouts.get(id)?.rail === 'bank-file' && temper !== 'reject' ? 'accept' : temper;
    };
    world.now += ms;
    world.model.now = world.now;
    world.payouts.mature();
    const calls = ms === 1 ? [] : this.pending.splice(0).flatMap((index) => world.rail.calls[index] ?? []);
    world.hearCalls(calls);
    for (const call of calls) real.calls.push({ ...call, id: `${real.calls.length}`, railKey: real.id(call.railKey) });
    const onTheirWay = [...world.payouts.payouts.values()].filter(
      ({ status }) => isAsking && (status === 'submitted' || status === 'unknown'),
    );
    world.payouts.lookUp(onTheirWay, temperOf);
    world.model.lookUp(
      onTheirWay.map(({ id }) => id),
      temperOf,
    );
    for (const run of world.payouts.runs.values()) {
      world.payouts.send(run, temperOf, null);
      world.model.send(run.id, temperOf, null);
    }
    real.temperOf = (id) => temperOf({ id });
    real.isAsking = isAsking;
    await this.service.moveClock(new Date(world.now));
    real.isAsking = false;
    world.play(['nothing', 0, 0]);
  }

  /** What people did is seen by what has changed. */
  private people = () => ({
    methods: new Map([...this.world.payouts.methods].map(([partner, list]) => [partner, list.map((method) => ({ ...method }))])),
    suspended: new Set(this.world.suspended),
    rail: new Map([...this.world.rail.known].map(([key, { state }]) => [key, state])),
  });

  private async mirror(kind: string, before: ReturnType<TwiceTold['people']>, a: number, b: number): Promise<void> {
    const { world, real } = this;
    for (const [partner, list] of world.payouts.methods) {
      const known = before.methods.get(partner) ?? [];
      const last = list.at(-1);
      if (last && list.length > known.length) await real.enterMethod(partner, last.kind, last.createdBy);
      else if (last?.frozen && !known.at(-1)?.frozen) await real.freezeLast(partner, pick(people, a));
    }
    if (kind === 'verify') await real.verifyLast(pick(partners, a), pick(people, b));
    for (const partner of partners)
      if (world.suspended.has(partner) !== before.suspended.has(partner)) await real.suspend(partner, world.suspended.has(partner));
    for (const [key, { state }] of world.rail.known)
      if (before.rail.get(key) !== state && state !== 'accepted') real.rail.become(real.id(key), state);
  }

  /** Whatever the shell is told or asked is told to the service and asked of it. */
  private follow(shell: PayoutsShell): void {
    const { real, deeds } = this;
    const { hear, build, approve, submit, cancel } = shell;
    shell.hear = (told: Exclude<Told, { to: 'approvals' }>) => {
      hear.call(shell, told);
      deeds.push(() => real.hear(told));
    };
    shell.build = (order: Order) => {
      const run = build.call(shell, order);
      const made = run ? shell.of(run) : [];
      deeds.push(() => real.build(order, run, (account) => made.find((payout) => accountOf(payout) === account)?.id ?? ''));
      return run;
    };
    const asking = (what: 'approve' | 'submit' | 'cancel', act: (run: Run, by: string) => string) => (run: Run, by: string) => {
      const answer = act.call(shell, run, by);
      deeds.push(async () => {
        const isDone = await real.ask(run.id, what, by);
        if (isDone !== (answer === 'ok')) throw new Error(`${run.id} ${what} by ${by}: ${isDone}, in memory ${answer}`);
      });
      return answer;
    };
    shell.approve = asking('approve', approve);
    shell.submit = (run: Run) => asking('submit', submit)(run, 'f0');
    shell.cancel = (run: Run) => asking('cancel', cancel)(run, 'f0');
  }
}
