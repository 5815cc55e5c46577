import type { Bus } from '../../ports.js';
export interface RabbitOptions {
  url: string;
}
export function rabbitBus(options: RabbitOptions): Bus {
  throw new Error(options.url);
}
