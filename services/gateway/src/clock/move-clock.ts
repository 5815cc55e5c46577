import { getClock, moveClock, type ServiceName } from '@tributary/contracts';
import type { Outbox } from '@tributary/messaging';
import { command, ok, query, reject, type SimulatableClock } from '@tributary/service-kit';
import { askAll, type Siblings } from '../shared/siblings.js';

export interface ClockParts {
  clock: SimulatableClock;
  siblings: Siblings;
  outbox: Outbox;
}

/** Moves the simulated clock of every service; each has run what became due when this answers. */
export const moveClockRoute = ({ clock, siblings, outbox }: ClockParts) =>
  command(moveClock, async ({ body, principal, tx, now, context }) => {
    if (clock.mode !== 'simulated') return reject('clock-not-simulated');
    const target = new Date(body.now);
    if (target < now) return reject('clock-backwards', { errors: [{ pointer: '/now', rule: `must not be before ${now.toISOString()}` }] });
    const move = async (service: ServiceName) => {
      const answer = await siblings.call(service, 'POST', '/internal/clock', { now: body.now });
      if (answer.status !== 200) throw new Error(`${service} answered ${answer.status}`);
    };
    // Ours last: until all others have moved, sending the same again must not be a step back.
    const others = { ...siblings, names: siblings.names.filter((name) => name !== 'gateway') };
    const { unavailable } = await askAll(others, move);
    if (unavailable.length > 0)
      return reject('temporarily-unavailable', {
        detail: `The clock of these services did not move: ${unavailable.join(', ')}. Send the same again.`,
      });
    await move('gateway');
    await outbox.append(tx, context, [
      { type: 'gateway.clock.moved.v1', subject: 'clock', time: target, data: { now: body.now, movedBy: principal.actorId } },
    ]);
    return ok({ now: clock.now().toISOString(), simulated: true });
  });

export const getClockRoute = ({ clock }: ClockParts) =>
  query(getClock, async ({ now }) => ok({ now: now.toISOString(), simulated: clock.mode === 'simulated' }));
