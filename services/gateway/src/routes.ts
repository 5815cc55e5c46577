import type { Outbox } from '@tributary/messaging';
import type { Route } from '@tributary/service-kit';
import type { ApiKeyStore } from './access/api-key-store.js';
import { createApiKeyRoute } from './access/create-api-key.js';
import { getMeRoute, listApiKeysRoute } from './access/read-access.js';
import { revokeApiKeyRoute } from './access/revoke-api-key.js';
import { type ClockParts, getClockRoute, moveClockRoute } from './clock/move-clock.js';
import { discardParkedRoute, listParkedRoute, replayParkedRoute, showParkedRoute } from './operations/parked.js';
import { getQuietRoute } from './operations/quiet.js';
import type { Authenticator } from './shared/authenticator.js';

export interface GatewayParts extends ClockParts {
  keys: ApiKeyStore;
  outbox: Outbox;
  authenticator: Authenticator;
}

/** What the gateway answers itself; everything else it forwards. */
export const routes = (parts: GatewayParts): Route[] => [
  createApiKeyRoute(parts.keys, parts.outbox),
  listApiKeysRoute(parts.keys),
  revokeApiKeyRoute(parts.keys, parts.outbox, parts.authenticator),
  getMeRoute(),
  moveClockRoute(parts),
  getClockRoute(parts),
  getQuietRoute(parts.siblings),
  listParkedRoute(parts.siblings),
  showParkedRoute(parts.siblings),
  replayParkedRoute(parts.siblings),
  discardParkedRoute(parts.siblings),
];
