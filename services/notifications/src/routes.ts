import type { Route } from '@tributary/service-kit';

/** Notifications answers nothing but what every service answers to its siblings. */
export const routes: Route[] = [];
