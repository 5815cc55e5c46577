import type { Job } from '@tributary/service-kit';
import { anchorHead } from './chain/anchor-head.js';
import { replayJob } from './replay/replay-archive.js';
import type { AuditParts } from './routes.js';

/** Background work. Anchors carry the wall clock's time: a simulated one proves nothing about when. */
export const jobs = (parts: AuditParts): Job[] => [
  { name: 'anchor-head', everySeconds: 300, onClock: true, run: () => anchorHead(parts, new Date()) },
  { name: 'make-partitions', everySeconds: 86_400, run: () => parts.archive.makePartitions() },
  replayJob(parts),
];
