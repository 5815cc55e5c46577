import type { Principal } from '@tributary/service-kit';
import type { Decider } from '../review/domain/approval.js';

/** Who decides, by the roles that he holds at this moment. */
export const deciderOf = ({ actorId, roles }: Principal): Decider => ({
  actorId,
  mayDecideAboveThreshold: roles.includes('finance-approver') || roles.includes('administrator'),
});
