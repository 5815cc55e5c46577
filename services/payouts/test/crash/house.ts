import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { EventOf } from '@tributary/contracts';
import pg from 'pg';
import { ProviderDouble } from '../provider-double.js';
import { start } from '../world.js';
import { type Answer, type Call, Died, Node, type NodePlan } from './node.js';
import { type DeathPlan, nameOf } from './points.js';
import { makeProgram } from './program.js';
import type { SeededBug } from './seeded-bugs.js';

const callsOf = { send: /^POST \/v1\/(transfers|payments\/payouts)$/, ask: /^GET \/v1\/(transfers|payments\/payouts)/ };

/** A service that is killed and started again, its database, and the rails, which live on here. */
export class House {
  readonly double = new ProviderDouble();
  /** Every death, by name, in order. */
  readonly deaths: string[] = [];
  /** Plans of which the process never came to the place. */
  missed = 0;
  /** How the life that runs is to end; undefined: it is left in peace. */
  planned: DeathPlan | undefined;
  /** What happens in the world before the next process looks at it. */
  meanwhile: (() => Promise<void>) | undefined;
  private node: Node | undefined;
  private now = start;
  private readonly folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-crash-'));
  private providers = '';
  private program: ReturnType<typeof makeProgram> | undefined;
  private owner: pg.Pool | undefined;
  private database: NodePlan['database'];

  constructor(
    private readonly nextDeath: () => DeathPlan | undefined,
    private readonly bug?: SeededBug,
  ) {}

  async open(): Promise<void> {
    this.providers = await this.double.start();
    this.program = makeProgram();
    this.node = await Node.start(this.plan());
    this.database = this.node.database;
    if (this.bug) await this.endOfLife();
    this.owner = new pg.Pool({ connectionString: this.database?.databaseUrl ?? '', max: 2 });
    this.owner.on('error', () => undefined);
  }
  async close(): Promise<void> {
    await this.endOfLife();
    await this.program?.remove();
    await this.double.stop();
    await this.owner?.end();
    const [url, name] = [new URL(this.database?.databaseUrl ?? ''), new URL(this.database?.databaseUrl ?? '').pathname.slice(1)];
    url.pathname = '/postgres';
    const server = new pg.Client({ connectionString: url.href });
    await server.connect();
    await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await server.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private plan(): NodePlan {
    return {
      program: this.program?.file ?? '',
      folder: this.folder,
      providers: this.providers,
      now: this.now.toISOString(),
      ...(this.database ? { database: this.database } : {}),
      ...(this.bug && this.database ? { bug: this.bug } : {}),
    };
  }

  /** Does something with the service, again with the next process whenever one dies under it; `lives` counts them. */
  async insist<T>(work: (node: Node, lives: number) => Promise<T>): Promise<T> {
    for (let lives = 0; ; lives++) {
      try {
        return await work(await this.alive(), lives);
      } catch (error) {
        if (!(error instanceof Died)) throw error;
        const happens = this.meanwhile;
        this.meanwhile = undefined;
        await happens?.();
      }
    }
  }
  call(method: string, path: string, given?: Call): Promise<Answer> {
    return this.insist((node) => node.call(method, path, given));
  }
  deliver(...events: EventOf[]): Promise<void> {
    return this.insist((node) => node.deliver(...events));
  }
  async later(ms: number): Promise<void> {
    this.now = new Date(this.now.getTime() + ms);
    await this.insist((node) => node.moveClock(this.now));
  }
  clock(): Date {
    return this.now;
  }
  async sql<R extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> {
    if (!this.owner) throw new Error('the house is not open');
    return (await this.owner.query<R>(text, values)).rows;
  }

  /** Ends the life that runs, which never came to the place where it was to end. */
  async giveUp(): Promise<void> {
    if (!this.node || this.node.dead || !this.planned) return;
    this.missed += 1;
    this.planned = undefined;
    await this.endOfLife();
  }
  async endOfLife(): Promise<void> {
    this.planned = undefined;
    this.node?.kill();
    await this.node?.gone();
    this.node = undefined;
  }

  private async alive(): Promise<Node> {
    if (this.node && !this.node.dead) return this.node;
    for (;;) {
      if (this.node && this.planned) this.deaths.push(nameOf(this.planned));
      this.planned = this.nextDeath();
      try {
        this.node = await Node.start(this.plan(), this.planned?.kind === 'point' ? `${this.planned.name}:${this.planned.hit}` : undefined);
        this.arm(this.node, this.planned);
        return this.node;
      } catch (error) {
        if (!(error instanceof Died)) throw error;
        // The relay found something to do before it was ready.
        if (this.planned) this.deaths.push(nameOf(this.planned));
        this.planned = undefined;
      }
    }
  }

  private arm(node: Node, plan: DeathPlan | undefined): void {
    this.double.onCall = () => false;
    if (plan?.kind === 'time') setTimeout(() => node.kill(), plan.afterMs).unref();
    if (plan?.kind !== 'wire') return;
    let hits = 0;
    this.double.onCall = (moment, route) => {
      if (moment !== plan.moment || !callsOf[plan.route].test(route) || ++hits !== plan.hit) return false;
      node.kill();
      return plan.lost;
    };
  }
}
