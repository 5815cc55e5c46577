export { execute, withDatabase } from './connection.js';
export { freePort } from './free-port.js';
export { type LocalPostgres, type LocalPostgresOptions, startLocalPostgres } from './local-postgres.js';
