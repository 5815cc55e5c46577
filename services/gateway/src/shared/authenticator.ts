import type { IncomingMessage } from 'node:http';
import type { Principal } from '@tributary/service-kit';

export interface Signed {
  principal: Principal;
  /** The internal token for the services behind the door. */
  token: string;
}

export interface Authenticator {
  /** Who sends the request; undefined without a valid key. Answers at once (no promise) when the key was seen a moment ago. */
  identify(request: IncomingMessage): Signed | undefined | Promise<Signed | undefined>;
  forgetAll(): void;
}
