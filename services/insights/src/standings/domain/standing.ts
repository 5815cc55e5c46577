import type { EventOf } from '@tributary/contracts';

/** How one thing stands that another service tells us of. The highest version of a thing holds. */
export interface Standing {
  kind: 'partner' | 'enrollment' | 'link' | 'deal' | 'period' | 'funding-account' | 'payout' | 'message';
  id: string;
  /** Null for what belongs to no single brand. */
  brandId: string | null;
  partnerId: string | null;
  status: string;
  version: number;
  at: string;
}

export function ofPartner({ data, sequence = 0 }: EventOf<'directory.partner.changed.v1'>): Standing {
  const { partnerId, status, changedAt: at } = data;
  return { kind: 'partner', id: partnerId, brandId: null, partnerId, status, version: sequence, at };
}

export function ofEnrollment({ data, sequence = 0 }: EventOf<'directory.enrollment.changed.v1'>): Standing {
  const { enrollmentId: id, brandId, partnerId, status, changedAt: at } = data;
  return { kind: 'enrollment', id, brandId, partnerId, status, version: sequence, at };
}

export function ofLink({ data, sequence = 0 }: EventOf<'tracking.link.changed.v1'>): Standing {
  const { linkId: id, brandId, partnerId, status, createdAt: at } = data;
  return { kind: 'link', id, brandId, partnerId, status, version: sequence, at };
}

/** What counts goes before what is only planned, of either the later version, of one version what became of it last. */
const rankOfDeal = (status: string, version: number): number => {
  const step = ['draft', 'proposed', 'accepted', 'declined'].indexOf(status);
  return step < 0 ? 1_000_000_000 + version : version * 4 + step;
};

export function ofDeal({ data }: EventOf<'commission.deal.versioned.v1'>): Standing {
  const { dealId: id, brandId, partnerId, status, version, recordedAt: at } = data;
  return { kind: 'deal', id, brandId, partnerId, status, version: rankOfDeal(status, version), at };
}

export function ofDealStatus({ data }: EventOf<'commission.deal.status-changed.v1'>): Standing {
  const { dealId: id, brandId, partnerId, status, version, at } = data;
  return { kind: 'deal', id, brandId, partnerId, status, version: rankOfDeal(status, version), at };
}

export function ofPeriod({ data }: EventOf<'commission.period.closed.v1'>): Standing {
  const { brandId, period, closedAt: at } = data;
  return { kind: 'period', id: `${brandId} ${period}`, brandId, partnerId: null, status: 'closed', version: 1, at };
}

export function ofFundingAccount({ data, sequence = 0 }: EventOf<'payouts.funding-account.changed.v1'>): Standing {
  const { fundingAccountId: id, brandId, status, changedAt: at } = data;
  return { kind: 'funding-account', id, brandId, partnerId: null, status, version: sequence, at };
}

/** The steps of a payout in the order in which they can follow each other. */
const steps = {
  'payouts.payout.created.v1': ['draft', 1],
  'payouts.payout.submitted.v1': ['submitted', 2],
  'payouts.payout.outcome-unknown.v1': ['unknown', 3],
  'payouts.payout.failed.v1': ['failed', 4],
  'payouts.payout.settled.v1': ['settled', 5],
  'payouts.payout.returned.v1': ['returned', 6],
} as const;

export function ofPayout({ type, data }: EventOf<keyof typeof steps>): Standing {
  const { payoutId: id, brandId, partnerId } = data;
  const [status, version] = steps[type];
  return { kind: 'payout', id, brandId, partnerId, status, version, at: 'createdAt' in data ? data.createdAt : data.at };
}

export function ofMessage({ data }: EventOf<'notifications.message.sent.v1'>): Standing {
  const { messageId: id, partnerId, sentAt: at } = data;
  return { kind: 'message', id, brandId: null, partnerId, status: 'sent', version: 1, at };
}
