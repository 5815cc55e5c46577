export { type Platform, startPlatform } from './platform.js';
export { readSettings, type Settings } from './settings.js';
export { type Stack, type StackOptions, startStack, untilReady } from './stack/stack.js';
export type { Supervised } from './stack/supervisor.js';
