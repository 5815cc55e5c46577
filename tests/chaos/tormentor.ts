import { setTimeout as pause } from 'node:timers/promises';
import { type ServiceName, serviceNames } from '@tributary/contracts';
import type { Stack } from '@tributary/standalone/testing';
import type { OwnRabbit } from '../../scripts/lib/rabbitmq.mjs';
import { type Fault, nameOf } from './faults.js';

export interface Done {
  atMs: number;
  fault: string;
  kind: Fault['kind'];
  service?: ServiceName;
  point?: string;
  /** For a crash point: whether the process died there. */
  reached?: boolean;
}
export interface Tormentor {
  inflict(fault: Fault): Promise<Done>;
  /** To be told of every end of a process, at once. */
  ended(name: string): void;
  /** Ends so far, wanted or not. */
  deaths(): number;
  done: readonly Done[];
}

const reachTimeoutMs = 25_000;
const readyTimeoutMs = 90_000;

/** Kills what it is told to, and waits until that is up again. */
export function tormentor(options: { stack: () => Stack; broker: OwnRabbit; say: (line: string) => void }): Tormentor {
  const { broker, say } = options;
  const armed = new Map<string, { pid: number | undefined; reached: boolean }>();
  const done: Done[] = [];
  const startedAt = Date.now();
  let deaths = 0;
  const processOf = (service: ServiceName) => {
    const process = options.stack().services.get(service);
    if (!process) throw new Error(`there is no ${service}`);
    return process;
  };

  async function ready(service: ServiceName): Promise<void> {
    // The gateway is ready when all are, and here somebody is always away.
    const url = `${options.stack().urlOf(service)}/${service === 'gateway' ? 'healthz' : 'readyz'}`;
    await until(
      `${service} is ready again`,
      readyTimeoutMs,
      async () => (await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined))?.ok === true,
    );
  }

  async function kill(service: ServiceName): Promise<void> {
    const process = processOf(service);
    await until(`${service} runs`, readyTimeoutMs, () => process.pid !== undefined);
    const { starts } = process;
    process.kill('SIGKILL');
    await until(`${service} is started again`, readyTimeoutMs, () => process.starts > starts);
  }

  /** The next process of the service dies at the point; the one after it no more (see `ended`). */
  async function crash(service: ServiceName, point: string, hit: number, patienceMs = reachTimeoutMs): Promise<boolean> {
    const process = processOf(service);
    process.configure({ TRIBUTARY_CRASH: `${point}:${hit}` });
    await kill(service);
    const state = { pid: process.pid, reached: false };
    armed.set(service, state);
    await until(`${service} dies at ${point}`, patienceMs, () => state.reached).catch(() => undefined);
    if (!state.reached) {
      armed.delete(service);
      process.configure({ TRIBUTARY_CRASH: '' });
      await kill(service);
    }
    return state.reached;
  }

  async function act(fault: Fault): Promise<boolean | undefined> {
    switch (fault.kind) {
      case 'crash': {
        const reached = await crash(fault.service, fault.point, fault.hit, fault.patienceMs);
        await ready(fault.service);
        return reached;
      }
      case 'kill':
        await pause(fault.afterMs);
        await kill(fault.service);
        await ready(fault.service);
        return undefined;
      case 'freeze': {
        processOf(fault.service).kill('SIGSTOP');
        await pause(fault.forMs);
        processOf(fault.service).kill('SIGCONT');
        return undefined;
      }
      case 'broker':
        await broker.kill();
        await broker.start();
        return undefined;
      case 'kill-all':
        await Promise.all(serviceNames.map(kill));
        await Promise.all(serviceNames.map(ready));
        return undefined;
    }
  }

  return {
    done,
    deaths: () => deaths,
    ended(name) {
      deaths += 1;
      const state = armed.get(name);
      if (!state) return;
      // Before the supervisor starts it again: the next one is to live.
      processOf(name as ServiceName).configure({ TRIBUTARY_CRASH: '' });
      state.reached = true;
      armed.delete(name);
    },
    async inflict(fault) {
      const atMs = Date.now() - startedAt;
      const reached = await act(fault);
      const entry: Done = {
        atMs,
        fault: nameOf(fault),
        kind: fault.kind,
        ...('service' in fault ? { service: fault.service } : {}),
        ...(fault.kind === 'crash' ? { point: fault.point, reached: reached === true } : {}),
      };
      done.push(entry);
      say(`  ${(atMs / 1000).toFixed(1).padStart(6)} s  ${entry.fault}${reached === false ? '  (not reached)' : ''}`);
      return entry;
    },
  };
}

export async function until(what: string, timeoutMs: number, probe: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await probe())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s in vain: ${what}`);
    await pause(50);
  }
}
