import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../types.js';

/** What the kit notes about a request while it is being answered. */
export interface RequestState {
  requestId: string;
  correlationId: string;
  principal?: Principal;
  /** The route's path pattern, for spans and metrics. */
  route?: string;
}

const states = new WeakMap<ServerResponse<IncomingMessage>, RequestState>();

export function setRequestState(response: ServerResponse<IncomingMessage>, state: RequestState): void {
  states.set(response, state);
}

/** The state of the request that this response answers. */
export function requestState(response: ServerResponse<IncomingMessage>): RequestState {
  return states.get(response) ?? { requestId: 'unknown', correlationId: 'unknown' };
}
