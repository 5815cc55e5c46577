import path from 'node:path';
import {
  buildService,
  internalClient,
  type KeyRing,
  principalSigner,
  readEnvironment,
  type Service,
  type ServiceEnvironment,
  systemPrincipal,
  type Upstream,
} from '@tributary/service-kit';
import { z } from 'zod';
import { pgArchiveStore } from './archive/adapters/pg-archive-store.js';
import { anchorFile } from './chain/adapters/anchor-file.js';
import { anchorHead } from './chain/anchor-head.js';
import { PrismaClient } from './generated/client.js';
import { jobs } from './jobs.js';
import type { Rebuild } from './replay/replay-archive.js';
import { type AuditParts, routes } from './routes.js';
import { subscriptions } from './subscriptions.js';

const settingsSchema = z.object({
  /** Where signed heads of the chain go; a file in the data folder unless told. Best on another machine's disk. */
  TRIBUTARY_AUDIT_ANCHORS: z.string().optional(),
  /** The trace UI, for example `http://localhost:16686/trace/{traceId}`. */
  TRIBUTARY_TRACE_URL: z.string().includes('{traceId}').optional(),
  TRIBUTARY_INSIGHTS_URL: z.url().optional(),
});

export interface AuditOptions {
  /** Where insights answers; read from TRIBUTARY_INSIGHTS_URL when left out. */
  insights?: Upstream;
}

/** Builds audit: prove it. */
export const compose = (environment: ServiceEnvironment, options: AuditOptions = {}): Promise<Service<PrismaClient>> =>
  buildService({
    name: 'audit',
    environment,
    prismaDirectory: new URL('../prisma/', import.meta.url),
    appendOnly: ['audit_record', 'audit_event'],
    prisma: (adapter) => new PrismaClient({ adapter }),
    parts: (kit) => {
      const settings = readEnvironment(settingsSchema, kit.env);
      const url = settings.TRIBUTARY_INSIGHTS_URL;
      const insights = options.insights ?? (url === undefined ? undefined : { kind: 'http', baseUrl: url });
      const parts: AuditParts = {
        archive: pgArchiveStore(kit.db),
        anchors: anchorFile(settings.TRIBUTARY_AUDIT_ANCHORS ?? path.join(kit.config.dataDir, 'audit-anchors.ndjson')),
        keys: kit.keys,
        traceUrl: settings.TRIBUTARY_TRACE_URL,
        kit,
        bus: environment.bus,
        rebuild: rebuildBy(insights, kit.keys),
      };
      return {
        routes: routes(parts),
        subscriptions: subscriptions(parts.archive),
        jobs: jobs(parts),
        onStop: () => anchorHead(parts, new Date()),
      };
    },
  });

function rebuildBy(insights: Upstream | undefined, keys: KeyRing): Rebuild {
  if (insights === undefined) return undefined;
  const client = internalClient(insights, principalSigner(keys), { as: systemPrincipal('audit'), deadlineMs: 60_000 });
  return async () => void (await client.json({ method: 'POST', path: '/internal/rebuild', body: {} }, z.unknown()));
}
