import type { EventContext } from '@tributary/messaging';
import type { RefoldStatements } from '../shared/months.js';
import type { Rating } from '../shared/rating.js';
import { silence } from '../shared/silence.js';
import type { Trigger } from './domain/steps.js';

/** How is rated what is going to be rolled back. */
export const quietly = (
  trigger: Trigger,
  context: EventContext,
  now: Date,
  refold: RefoldStatements,
): Rating & { refold: RefoldStatements } => ({ outbox: silence, now, trigger, context, refold });
