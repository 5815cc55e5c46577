import type { Messaging, Outbox } from '@tributary/messaging';
import type { Logger } from 'pino';
import { afterCommit } from '../data/tx.js';
import type { BaseConfig } from '../platform/config.js';
import { createVault } from '../platform/vault.js';
import type { Clock, Database, Kit, ServiceEnvironment, ServiceOptions } from '../types.js';
import type { JobRunner } from './jobs.js';

/** What is built after the parts, because it needs them. */
export interface Built {
  messaging: Messaging;
  jobs: JobRunner;
}

export interface KitOptions<P> {
  name: ServiceOptions<P>['name'];
  environment: ServiceEnvironment;
  config: BaseConfig;
  db: Database<P>;
  log: Logger;
}

/** The kit, and the way to complete it: the parts name the kit, and messaging and jobs are made of the parts. */
export function makeKit<P>({ name, environment, config, db, log }: KitOptions<P>): { kit: Kit<P>; complete: (built: Built) => void } {
  const { clock, keys, env } = environment;
  let built: Built | undefined;
  const wired = (): Built => {
    if (!built) throw new Error(`${name} is still being composed: use messaging and jobs inside handlers only`);
    return built;
  };
  const kit: Kit<P> = {
    name,
    db,
    clock,
    keys,
    log,
    config,
    env,
    vault: createVault(keys),
    outbox: stampingOutbox(clock, () => wired().messaging),
    jobs: { enqueue: (...parameters) => wired().jobs.enqueue(...parameters) },
    get messaging() {
      return wired().messaging;
    },
  };
  return {
    kit,
    complete(parts) {
      built = parts;
    },
  };
}

/** Events carry the business clock's time, and the relay looks as soon as they are committed. */
function stampingOutbox(clock: Clock, messaging: () => Messaging): Outbox {
  return {
    append(tx, context, events) {
      const current = messaging();
      afterCommit(tx, () => current.wake());
      return current.outbox.append(
        tx,
        context,
        events.map((event) => ({ time: clock.now(), ...event })),
      );
    },
  };
}
