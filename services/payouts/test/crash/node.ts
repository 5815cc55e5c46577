import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventOf } from '@tributary/contracts';
import { type DatabaseUrls, type Principal, systemPrincipal } from '@tributary/service-kit';
import type { SeededBug } from './seeded-bugs.js';

/** How a process of the service is started. */
export interface NodePlan {
  /** The service, made into one file: it starts hundreds of times. */
  program: string;
  /** Of its keys, which outlive it. */
  folder: string;
  providers: string;
  now: string;
  /** The database of those before it; the first one makes it. */
  database?: DatabaseUrls;
  bug?: SeededBug;
}
export interface ToChild {
  id: number;
  events: EventOf[];
}
export interface FromChild {
  ready?: { url: string; database: DatabaseUrls };
  delivered?: number;
  error?: string;
}
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are read as an outside program reads them
  body: any;
}
export interface Call {
  as?: Partial<Principal>;
  body?: unknown;
  headers?: Record<string, string>;
}

/** The process died under a call: whether it had done what it was asked for, nobody knows. */
export class Died extends Error {}

const somebody: Principal = { actorId: 'key_harness', actorKind: 'key', roles: ['administrator'], brandIds: [] };

/** One life of the payouts service, as a process. */
export class Node {
  url = '';
  database: DatabaseUrls | undefined;
  private ended = false;
  private said = '';
  private deliveries = 0;
  private readonly waiting = new Map<number, (error?: Error) => void>();

  private constructor(private readonly child: ChildProcess) {}

  /** @throws Died when it does so before it is ready */
  static async start(plan: NodePlan, crash?: string): Promise<Node> {
    // What a killed process leaves in its temporary folder goes with the folder of its keys.
    const env = { ...process.env, NODE_OPTIONS: '', TMPDIR: plan.folder, TRIBUTARY_CRASH: crash ?? '' };
    const child = spawn(process.execPath, ['--no-warnings', plan.program, JSON.stringify(plan)], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const node = new Node(child);
    await node.begin();
    return node;
  }

  get dead(): boolean {
    return this.ended;
  }

  private async begin(): Promise<void> {
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.said = `${this.said}${chunk}`.slice(-3000);
      });
    await new Promise<void>((resolve, reject) => {
      this.child.once('exit', (code, signal) => {
        this.ended = true;
        const error = signal === 'SIGKILL' ? new Died('killed') : new Error(`the service ended with ${code ?? signal}: ${this.said}`);
        for (const answer of this.waiting.values()) answer(error);
        reject(error);
      });
      this.child.on('message', (message: FromChild) => {
        if (message.ready) {
          this.url = message.ready.url;
          this.database = message.ready.database;
          resolve();
        }
        if (message.delivered !== undefined)
          this.waiting.get(message.delivered)?.(message.error === undefined ? undefined : new Error(message.error));
      });
    });
  }

  /** Hands events to its inbox, as the broker does until they are acknowledged. */
  async deliver(...events: EventOf[]): Promise<void> {
    if (this.ended) throw new Died('dead already');
    const id = this.deliveries++;
    await new Promise<void>((resolve, reject) => {
      this.waiting.set(id, (error) => (error ? reject(error) : resolve()));
      this.child.send({ id, events } satisfies ToChild, (error) => {
        if (error) reject(new Died(error.message));
      });
    }).finally(() => this.waiting.delete(id));
  }

  async call(method: string, path: string, { as, body, headers }: Call = {}): Promise<Answer> {
    const principal = JSON.stringify({ ...somebody, ...as });
    const sent = typeof body === 'string' ? body : JSON.stringify(body ?? {});
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: { 'x-test-principal': principal, 'content-type': 'application/json', ...headers },
        ...(method === 'GET' ? {} : { body: sent }),
      });
      const text = await response.text();
      if (response.status === 500) throw new Error(`${method} ${path} answered 500: ${this.said}`);
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
    } catch (error) {
      // The line breaks before the end of the process is known here.
      for (let wait = 0; wait < 100 && !this.ended; wait++) await delay(20);
      throw this.ended ? new Died(String(error)) : error;
    }
  }

  /** Moves its clock; its jobs have run when this returns. */
  async moveClock(now: Date): Promise<void> {
    const { status, body } = await this.call('POST', '/internal/clock', { as: systemPrincipal('test'), body: { now: now.toISOString() } });
    if (status !== 200) throw new Error(`the clock answered ${status}: ${JSON.stringify(body)}`);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
  async gone(): Promise<void> {
    for (; !this.ended; ) await delay(5);
  }
}
