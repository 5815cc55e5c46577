import { followLink as followLinkContract, postEvents } from '@tributary/contracts';
import { type Route, raw } from '@tributary/service-kit';
import { followLink } from './clicks/follow-link.js';
import { listClicksRoute } from './clicks/list-clicks.js';
import { listConversionsRoute } from './conversions/list-conversions.js';
import { listCustomersRoute } from './conversions/list-customers.js';
import { reportEvents } from './conversions/post-events.js';
import { postbackRoute } from './conversions/postback.js';
import {
  addCustomerKeyRoute,
  addCustomerTagRoute,
  excludeCustomerRoute,
  getCustomerRoute,
  removeCustomerTagRoute,
  verifyCustomerRoute,
} from './customers/change-customer.js';
import { reassignCustomerRoute } from './customers/reassign-customer.js';
import { createLinkRoute } from './links/create-link.js';
import { listLinksRoute } from './links/list-links.js';
import type { Tracking } from './tracking.js';

/** Every route. The two hot ones are usually answered before Express gets to see them (`fastPath`). */
export const routes = (service: Tracking): Route[] => [
  createLinkRoute(service),
  listLinksRoute(service),
  raw(followLinkContract, async (_request, _host, incoming, response) => void followLink(service, incoming, response)),
  raw(postEvents, async (_request, _host, incoming, response) => void reportEvents(service, incoming, response)),
  postbackRoute(service),
  listConversionsRoute(service),
  listClicksRoute(service),
  listCustomersRoute(service),
  getCustomerRoute(service),
  addCustomerTagRoute(service),
  removeCustomerTagRoute(service),
  addCustomerKeyRoute(service),
  verifyCustomerRoute(service),
  excludeCustomerRoute(service),
  reassignCustomerRoute(service),
];
