import type { Bus, Envelope } from '@tributary/messaging';

export interface RecordingBus extends Bus {
  readonly sent: readonly Envelope[];
  /** Lets the bus look blocked or away. */
  become(state: 'up' | 'blocked' | 'down'): void;
}

/** A bus for one service alone: confirms whatever is published and remembers it. What it consumes is given by `deliver`. */
export function recordingBus(): RecordingBus {
  const sent: Envelope[] = [];
  const listeners = new Set<() => void>();
  let state: 'up' | 'blocked' | 'down' = 'up';
  const take = async (events: readonly Envelope[]) => {
    if (state !== 'up') throw new Error(`the bus is ${state}`);
    sent.push(...events);
  };
  return {
    sent,
    features: { broker: false, durableBindings: false },
    declare: async () => undefined,
    publish: take,
    sendTo: (_service, _lane, events) => take(events),
    consume: async () => ({ stop: async () => undefined }),
    backlog: async () => 0,
    state: () => state,
    become(next) {
      state = next;
      if (next === 'up') for (const listener of listeners) listener();
    },
    onUp(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => undefined,
  };
}
