import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

/** Resolves to 0 when the caller may go on, else to the seconds to wait. */
export type RateLimit = (actorId: string) => Promise<number>;

/** At most so many requests a second of one key, with a burst of ten seconds' worth, counted per gateway process. */
export function createRateLimit(requestsPerSecond: number): RateLimit {
  const limiter = new RateLimiterMemory({ points: requestsPerSecond * 10, duration: 10 });
  return async (actorId) => {
    try {
      await limiter.consume(actorId);
      return 0;
    } catch (refusal) {
      return Math.max(1, Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000));
    }
  };
}
