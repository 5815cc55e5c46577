import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';

export interface Enrollment {
  id: string;
  partnerId: string;
  brandId: string;
  programId: string;
  status: 'active' | 'suspended' | 'ended';
  enrolledAt: Date;
  sequence: number;
}

export interface EnrollmentStore {
  /** Whether the caller sees the partner. */
  seesPartner(tx: Tx, partnerId: string): Promise<'seen' | 'erased' | undefined>;
  /** The programmes of a brand that the caller sees. */
  programsOf(tx: Tx, brandId: string): Promise<{ defaultProgramId: string; programIds: string[] } | undefined>;
  /** False when the partner is enrolled there already. */
  insert(tx: Tx, enrollment: Enrollment): Promise<boolean>;
  /** Undefined when the caller does not see the partner. */
  listOf(scope: Scope, partnerId: string, limit: number, after?: string): Promise<Enrollment[] | undefined>;
}
