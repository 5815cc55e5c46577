import type { IncomingMessage } from 'node:http';
import type { KeyRing } from '@tributary/service-kit';
import { isbot } from 'isbot';
import { LRUCache } from 'lru-cache';
import { type Device, deviceOf } from './domain/click.js';

export interface Visitor {
  visitor: string;
  isBot: boolean;
  device: Device;
}

/** Tells visitors apart without naming them: a keyed HMAC of address and browser. Remembered for a while, since both repeat. */
export function visitorReader(keys: KeyRing): (request: IncomingMessage) => Visitor {
  const seen = new LRUCache<string, Visitor>({ max: 10_000 });
  return (request) => {
    const userAgent = (request.headers['user-agent'] ?? '').slice(0, 500);
    const source = `${addressOf(request)} ${userAgent}`;
    const known = seen.get(source);
    if (known) return known;
    const isBot = isbot(userAgent);
    const visitor = { visitor: keys.hmac('visitor', source).slice(0, 24), isBot, device: deviceOf(userAgent, isBot) };
    seen.set(source, visitor);
    return visitor;
  };
}

/** The gateway says whom it speaks for; without one the caller is the visitor. */
function addressOf(request: IncomingMessage): string {
  const forwarded = request.headers['x-forwarded-for'];
  const first = typeof forwarded === 'string' ? forwarded.split(',', 1)[0]?.trim() : undefined;
  return first || (request.socket.remoteAddress ?? '');
}
