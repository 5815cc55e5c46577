const refundKinds: readonly string[] = ['refund', 'chargeback'];

/** Whether events of the kind take something back. */
export const isRefundKind = (kind: string): boolean => refundKinds.includes(kind);
