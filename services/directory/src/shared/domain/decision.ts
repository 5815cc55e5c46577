import type { RejectionCode } from '@tributary/contracts';

/** What a pure decision says: the new state, or the named reason why not. */
export type Decision<T> = { accepted: T } | { rejected: RejectionCode; pointer?: string };
