import type { Job } from '@tributary/service-kit';
import { type EscalationParts, escalateJob } from './review/escalations/escalate.js';

/** Everything approvals does by the clock. */
export const jobs = (parts: EscalationParts): Job[] => [escalateJob(parts)];
