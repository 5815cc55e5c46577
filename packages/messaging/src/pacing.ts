/** A bell that a loop waits at: rung early, or going off by itself. One ring is remembered while nobody waits. */
export class Bell {
  private rung = false;
  private release: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.release?.();
  }

  /** Waits until rung, at most `timeoutMs`. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.release = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.release = undefined;
    this.rung = false;
  }
}

/** Doubling delays with jitter: between half and the whole of `firstMs * 2^(attempt - 1)`, at most `maxMs`. */
export function backoffMs(attempt: number, firstMs: number, maxMs: number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(30, Math.max(0, attempt - 1)));
  return Math.round(full * (0.5 + Math.random() / 2));
}

/** A loop that works until told to stop. `work` says whether there is more to do at once. */
export function startLoop(options: { work: () => Promise<boolean>; pollMs: number; onError: (error: unknown, failures: number) => void }): {
  ring(): void;
  stop(): Promise<void>;
} {
  const bell = new Bell();
  let stopped = false;
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopped) {
      let more = false;
      try {
        more = await options.work();
        failures = 0;
      } catch (error) {
        failures += 1;
        options.onError(error, failures);
        // Not woken early: what failed a moment ago is given time.
        if (!stopped) await new Promise((resolve) => setTimeout(resolve, backoffMs(failures, 100, 5000)).unref());
      }
      if (!more && !stopped) await bell.wait(options.pollMs);
    }
  };
  const running = run();
  return {
    ring: () => bell.ring(),
    async stop() {
      stopped = true;
      bell.ring();
      await running;
    },
  };
}

/** Lets one through at a time, in order of arrival; who waits too long goes away without a turn. */
export class Turnstile {
  private taken = false;
  private readonly waiting: (() => void)[] = [];

  /** Whether the turn was got within `timeoutMs`. Whoever got it must `give` it back. */
  async take(timeoutMs: number): Promise<boolean> {
    if (!this.taken) {
      this.taken = true;
      return true;
    }
    return new Promise<boolean>((resolve) => {
      const mine = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(mine), 1);
        resolve(false);
      }, timeoutMs);
      this.waiting.push(mine);
    });
  }

  give(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.taken = false;
    else next();
  }
}
