// Types of rabbitmq.mjs, for the tests that start and kill their own broker.

export interface OwnRabbit {
  readonly url: string;
  readonly port: number;
  /** The folder of its data and logs. */
  readonly home: string;
  /** The broker's process, or undefined while it is down. */
  pid(): number | undefined;
  /** After `kill` or `halt`: the same data, the same port. Resolves when it answers. */
  start(): Promise<void>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Graceful stop; data stays. */
  halt(): Promise<void>;
  /** Graceful stop; a temporary `home` is removed. */
  stop(): Promise<void>;
  /** rabbitmqctl on this broker. */
  ctl(...args: string[]): Promise<{ code: number; output: string }>;
}

export interface Rabbit {
  readonly url: string | undefined;
  /** Where this broker comes from, or why there is none. */
  readonly how: string;
  stop(): Promise<void>;
  readonly own?: OwnRabbit;
}

export const HOW_TO_ENABLE: string;
export function ensureRabbit(options?: { say?: (line: string) => void; install?: boolean }): Promise<Rabbit>;
export function startOwnRabbit(options?: { home?: string; port?: number }): Promise<OwnRabbit>;
/** The rabbitmq-server script of this machine, if there is one. */
export function findServer(): string | undefined;
export function answers(port: number, host?: string): Promise<boolean>;
