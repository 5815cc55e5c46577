import { type EventOf, newId } from '@tributary/contracts';
import { shuffled } from '@tributary/testkit';
import { booksOf } from '../../services/payouts/test/crash/books.js';
import { judge } from '../../services/payouts/test/crash/judge.js';
import { callOf } from '../../services/payouts/test/provider-calls.js';
import { funding } from '../../services/payouts/test/provider-world.js';
import { accrued, approver, brandChanged, builder, partnerChanged, start } from '../../services/payouts/test/world.js';
import { type Pair, post, startPair } from './pair.js';

export interface Size {
  workers: number;
  items: number;
  partners: number;
}
export interface Outcome {
  findings: string[];
  /** How often each answer was given to each command. */
  answers: Record<string, number>;
  decisions: number;
  runs: number;
  payouts: number;
}
interface Brand {
  brandId: string;
  rail: 'stripe' | 'paypal' | 'simulated-api';
  account: string;
  partnerIds: string[];
}
type Entry = EventOf<'commission.entry.accrued.v1'>;
type Task = () => Promise<unknown>;

const manager = { actorId: 'usr_manager', roles: ['programme-manager' as const] };
const finance = { actorId: 'usr_finance', roles: ['finance-approver' as const] };
const otherFinance = { actorId: 'usr_finance_2', roles: ['finance-approver' as const] };
const otherBuilder = { ...builder, actorId: 'usr_builder_2' };
const otherApprover = { ...approver, actorId: 'usr_approver_2' };

/** Commission from its arrival to the bank, every fact and every command twice and at once, by so many workers. */
export async function everythingTwice(size: Size, random: () => number, say: (line: string) => void = () => undefined): Promise<Outcome> {
  const pair = await startPair(start);
  try {
    const crowd = new Crowd(pair, random);
    const brands = await crowd.populate(size.partners);
    const entries = Array.from({ length: size.items }, (_, index): Entry => {
      const brand = brands[index % brands.length] as Brand;
      const partnerId = brand.partnerIds[Math.floor(random() * brand.partnerIds.length)] as string;
      return accrued(partnerId, brand.brandId, 1 + Math.floor(random() * 90_000));
    });
    await crowd.work(size.workers, crowd.telling(entries));
    say(`${entries.length} items told`);
    await crowd.work(size.workers, await crowd.deciding(entries, brands, size.workers));
    say(`decided: ${JSON.stringify(crowd.answers)}`);
    await crowd.payTheRest(brands);
    say(`paid: ${JSON.stringify(crowd.answers)}`);
    return await crowd.outcome(entries);
  } finally {
    await pair.stop();
  }
}

class Crowd {
  readonly answers: Record<string, number> = {};
  private turn = 0;

  constructor(
    private readonly pair: Pair,
    private readonly random: () => number,
  ) {}

  async populate(partners: number): Promise<Brand[]> {
    const { approvals, nodes } = this.pair;
    const [node] = nodes;
    const brands: Brand[] = [];
    for (const rail of ['stripe', 'paypal', 'simulated-api'] as const) {
      const [brandId, partnerIds] = [newId('brand'), Array.from({ length: partners }, () => newId('partner'))];
      const facts = [brandChanged(brandId), ...partnerIds.map((partnerId) => partnerChanged(partnerId))];
      for (const service of [approvals, node]) await service.deliver(...facts);
      const rows = [{ name: 'all', outcome: 'manager-and-finance' }];
      const policies = `/api/v1/brands/${brandId}/routing-policies`;
      await approvals.request({ actorId: 'key_writer' }).post(policies).send({ rows, reason: 'two look' }).expect(201);
      await approvals.request({ actorId: 'key_acceptor' }).post(`${policies}/1/accept`).send({}).expect(200);
      const body = rail === 'simulated-api' ? undefined : { rail, account: funding[rail] };
      const account = body ? (await node.request().post(`/api/v1/brands/${brandId}/funding-accounts`).send(body).expect(201)).body.id : '';
      for (const partnerId of partnerIds) await this.addMethod(partnerId, rail);
      brands.push({ brandId, rail, account, partnerIds });
    }
    return brands;
  }

  private async addMethod(partnerId: string, rail: Brand['rail']): Promise<void> {
    const [node] = this.pair.nodes;
    const accounts = {
      stripe: { name: 'Ada', accountId: `acct_${partnerId.slice(-12)}` },
      paypal: { name: 'Ada', email: `${partnerId}@example.com` },
      'simulated-api': { name: 'Ada', behaviour: 'duplicate-callback' },
    };
    const body = { kind: rail === 'simulated-api' ? 'simulated' : rail, account: accounts[rail] };
    const method = await node.request().post(`/api/v1/partners/${partnerId}/payout-methods`).send(body).expect(201);
    if (rail !== 'simulated-api')
      await node.request(approver).post(`/api/v1/payout-methods/${method.body.id}/verify`).send({ means: 'prenote' }).expect(200);
  }

  /** Workers who take the next task whenever they have done one. */
  async work(workers: number, tasks: readonly Task[]): Promise<void> {
    let next = 0;
    const worker = async () => {
      for (let task = tasks[next++]; task; task = tasks[next++]) await task();
    };
    await Promise.all(Array.from({ length: workers }, worker));
  }

  /** Each fact twice to each service, as a broker may. */
  telling(entries: readonly Entry[]): Task[] {
    const { approvals, nodes } = this.pair;
    const batches = Array.from({ length: Math.ceil(entries.length / 20) }, (_, index) => entries.slice(index * 20, index * 20 + 20));
    const tasks = batches.flatMap((batch) => [approvals, approvals, ...nodes].map((service) => () => service.deliver(...batch)));
    return shuffled(this.seed(), tasks);
  }

  /** Both stages of every item, by three persons, each twice; neighbours are shuffled, and runs are built and sent in between. */
  async deciding(entries: readonly Entry[], brands: readonly Brand[], workers: number): Promise<Task[]> {
    const rows = await this.pair.approvals.sql<{ id: string; entryId: string }>('SELECT id, entry_id AS "entryId" FROM approval');
    const idOf = new Map(rows.map(({ id, entryId }) => [entryId, id]));
    const tasks: Task[] = [];
    const together = 2 * workers;
    for (let at = 0, block = 0; at < entries.length; at += together, block++) {
      const calls: Task[] = entries.slice(at, at + together).flatMap(({ data }) => this.decisionsOf(idOf.get(data.entryId) ?? ''));
      if (block % 3 === 2)
        calls.push(
          () => this.pay(brands[block % brands.length] as Brand),
          () => this.jobs(),
        );
      tasks.push(...shuffled(this.seed(), calls));
    }
    return tasks;
  }
  private decisionsOf(approvalId: string): Task[] {
    const decide = (as: typeof manager | typeof finance, key: string) => () =>
      this.say('decide', this.pair.approvals, as, `/api/v1/approvals/${approvalId}/decision`, { decision: 'approve' }, key);
    const keys = [newId('event'), newId('event')] as const;
    return [decide(manager, keys[0]), decide(manager, keys[0]), decide(finance, keys[1]), decide(finance, keys[1])].concat(
      // The same persons' doubles come under keys of their own too, and a third person's.
      [decide(manager, newId('event')), decide(otherFinance, newId('event'))],
    );
  }

  /** Builds, approves and asks for a run, each three times at once, on both nodes, with one key and with others. */
  private async pay({ brandId, rail, account }: Brand): Promise<boolean> {
    const body = { brandIds: [brandId] };
    const built = await this.thrice('build', [builder, builder, otherBuilder], '/api/v1/payout-runs', body);
    const ids = [...new Set(built.flatMap((answer) => (answer.status === 201 ? [String(answer.body.id)] : [])))];
    for (const id of ids) {
      const approvers = [approver, approver, otherApprover];
      await Promise.all([
        this.thrice('approve', approvers, `/api/v1/payout-runs/${id}/approve`, {}),
        this.thrice('submit early', approvers, `/api/v1/payout-runs/${id}/submit`, {}),
      ]);
      await this.thrice('submit', approvers, `/api/v1/payout-runs/${id}/submit`, {});
      await this.jobs();
      await this.callBack(id, rail, account);
    }
    return ids.length > 0;
  }
  private async thrice(what: string, people: readonly object[], path: string, body: object) {
    const key = newId('event');
    return Promise.all(people.map((as, index) => this.say(what, this.node(), as, path, body, index < 2 ? key : newId('event'))));
  }

  /** The provider calls about what it has paid of a run, twice at once. */
  private async callBack(runId: string, rail: Brand['rail'], account: string): Promise<void> {
    if (rail === 'simulated-api') return;
    const [node] = this.pair.nodes;
    const payouts = await node.sql<{ id: string }>('SELECT id FROM payout WHERE run_id = $1', [runId]);
    const calls = payouts.flatMap(({ id }) => callOf(this.pair.double, rail, account, id, 'settled') ?? []);
    for (const { path, body, headers } of calls)
      await Promise.all(
        this.pair.nodes.map(async (each) => this.count('callback', await post(each, {}, path, body, headers(each.clock.now())))),
      );
  }

  /** Whatever is due, on both nodes at once. */
  private async jobs(): Promise<void> {
    await Promise.all(this.pair.nodes.map((node) => node.service.runDueJobs()));
  }

  /** When all is decided: runs until nothing is payable, and time until each payout has its outcome. */
  async payTheRest(brands: readonly Brand[]): Promise<void> {
    const { nodes, quiet } = this.pair;
    const [node] = nodes;
    for (let round = 0; round < 40; round++) {
      await quiet();
      await this.jobs();
      const built = await Promise.all(brands.map((brand) => this.pay(brand)));
      await quiet();
      const to = new Date(node.clock.now().getTime() + 65_000);
      await Promise.all([node.moveClock(to), nodes[1].service.runDueJobs()]);
      const [open] = await node.sql<{ n: number }>(
        `SELECT count(*)::int AS n FROM payout WHERE status NOT IN ('settled', 'failed', 'returned')`,
      );
      if (!built.includes(true) && open?.n === 0) return;
    }
    throw new Error('there is always something left to pay');
  }

  async outcome(entries: readonly Entry[]): Promise<Outcome> {
    const { approvals, nodes, double } = this.pair;
    const [node] = nodes;
    const approved = entries.map(({ data: { entryId, partnerId, brandId, amount } }) => ({
      entryId,
      partnerId,
      brandId,
      amount: BigInt(amount),
    }));
    const sql = <R extends Record<string, unknown>>(text: string) => node.sql<R>(text);
    const books = await booksOf({ sql, double, approved });
    const [decisions] = await approvals.sql<{ n: number }>('SELECT count(*)::int AS n FROM approval_decision');
    const [runs] = await node.sql<{ n: number }>('SELECT count(*)::int AS n FROM payout_run');
    return {
      findings: [...judge(books), ...(await this.wrongDecisions(entries)), ...books.entries.flatMap(unpaid)],
      answers: this.answers,
      decisions: decisions?.n ?? 0,
      runs: runs?.n ?? 0,
      payouts: books.payouts.length,
    };
  }

  /** One decision on each stage of each item, by two persons, told once. */
  private async wrongDecisions(entries: readonly Entry[]): Promise<string[]> {
    const { approvals } = this.pair;
    const wrong = await approvals.sql<{ id: string }>(
      `SELECT a.id FROM approval a LEFT JOIN approval_decision d ON d.approval_id = a.id GROUP BY a.id
       HAVING a.status <> 'approved' OR count(*) <> 2 OR count(DISTINCT d.stage) <> 2 OR count(DISTINCT d.decided_by) <> 2`,
    );
    const [kept] = await approvals.sql<{ n: number }>('SELECT count(*)::int AS n FROM approval');
    const told = await approvals.sql<{ subject: string; n: number }>(
      `SELECT envelope ->> 'subject' AS subject, count(*)::int AS n FROM messaging.outbox WHERE envelope ->> 'type' = 'approvals.commission.approved.v1' GROUP BY 1`,
    );
    return [
      ...wrong.map(({ id }) => `${id} has not one decision on each stage`),
      ...(kept?.n === entries.length ? [] : [`${kept?.n} approvals of ${entries.length} items`]),
      ...(told.length === entries.length ? [] : [`${told.length} approvals were told`]),
      ...told.flatMap(({ subject, n }) => (n === 1 ? [] : [`the approval of ${subject} was told ${n} times`])),
    ];
  }

  private seed() {
    return Math.floor(this.random() * 2 ** 31);
  }
  private node() {
    return this.pair.nodes[this.turn++ % 2] as Pair['nodes'][0];
  }
  private async say(what: string, service: Pair['approvals'], as: object, path: string, body: object, key: string) {
    return this.count(what, await post(service, as, path, body, { 'idempotency-key': key }));
  }
  private count<A extends { status: number; body: { code?: string } }>(what: string, answer: A): A {
    const name = `${what} ${answer.status}${answer.body.code ? ` ${answer.body.code}` : ''}`;
    this.answers[name] = (this.answers[name] ?? 0) + 1;
    if (answer.status >= 500) throw new Error(`${what} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer;
  }
}

const unpaid = ({ entryId, bucket }: { entryId: string; bucket: string | null }) => (bucket === 'paid' ? [] : [`${entryId} is ${bucket}`]);
