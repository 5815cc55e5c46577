import { firstTables } from './first-tables.js';
import { partitionUpkeep } from './partition-upkeep.js';

/** Each step runs once per database, in this order; a step that has shipped is never changed. */
const steps: readonly string[] = [firstTables, partitionUpkeep];

const once = (sql: string, index: number): string => `
DO $step$ BEGIN
  IF NOT EXISTS (SELECT FROM messaging.migrations WHERE version = ${index + 1}) THEN
    EXECUTE $statements$${sql}$statements$;
    INSERT INTO messaging.migrations (version) VALUES (${index + 1});
  END IF;
END $step$;`;

/**
 * Makes or upgrades schema `messaging` (and `parts`, where partitions live). One script for the migrator role, to be sent as one
 * simple query at every start: it is a single transaction, does each step once, and serialises itself against other instances.
 * The application role then needs USAGE on both schemas and DML on the tables of `messaging`; it needs nothing on partitions.
 */
export const messagingMigrations: string = `
SELECT pg_advisory_xact_lock(hashtext('messaging.migrations'));
CREATE SCHEMA IF NOT EXISTS messaging;
CREATE SCHEMA IF NOT EXISTS parts;
CREATE TABLE IF NOT EXISTS messaging.migrations (version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
${steps.map(once).join('\n')}
SELECT messaging.make_partitions(24);
`;
