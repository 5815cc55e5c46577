import type { ServiceName } from '@tributary/contracts';

export interface SiblingAnswer {
  status: number;
  body: unknown;
}

/** The other services' internal routes, called as the system. Rejects when a service does not answer in time. */
export type Siblings = {
  names: readonly ServiceName[];
  call(service: ServiceName, method: 'GET' | 'POST', path: string, body?: unknown): Promise<SiblingAnswer>;
};

/** Asks every service, at most three at a time, and names those that did not answer. */
export async function askAll<T>(
  siblings: Siblings,
  ask: (service: ServiceName) => Promise<T>,
): Promise<{ answers: { service: ServiceName; answer: T }[]; unavailable: ServiceName[] }> {
  const waiting = [...siblings.names];
  const answers: { service: ServiceName; answer: T }[] = [];
  const unavailable: ServiceName[] = [];
  const worker = async () => {
    for (let service = waiting.shift(); service !== undefined; service = waiting.shift()) {
      try {
        answers.push({ service, answer: await ask(service) });
      } catch {
        unavailable.push(service);
      }
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  const place = (service: ServiceName) => siblings.names.indexOf(service);
  answers.sort((a, b) => place(a.service) - place(b.service));
  return { answers, unavailable: unavailable.sort((a, b) => place(a) - place(b)) };
}
