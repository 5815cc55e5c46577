export type * from './types/facts.js';
export type * from './types/normal-terms.js';
export type * from './types/results.js';
export type * from './types/streams.js';
export type * from './types/terms.js';
