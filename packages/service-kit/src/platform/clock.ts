import type { SimulatableClock } from '../types.js';

/** The wall clock. */
export const systemClock: SimulatableClock = {
  mode: 'system',
  now: () => new Date(),
  set() {
    throw new Error('the system clock cannot be set');
  },
};

/** A clock that starts at `start` (the present unless told) and ticks with the wall clock; `set` moves it. */
export function simulatedClock(start: Date = new Date()): SimulatableClock {
  let offsetMs = start.getTime() - Date.now();
  return {
    mode: 'simulated',
    now: () => new Date(Date.now() + offsetMs),
    set(instant) {
      offsetMs = instant.getTime() - Date.now();
    },
  };
}

/** The clock that a configuration asks for. */
export function clockFor(mode: 'system' | 'simulated'): SimulatableClock {
  return mode === 'simulated' ? simulatedClock() : systemClock;
}
