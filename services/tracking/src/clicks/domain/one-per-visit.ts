/** A click that is to become a conversion. */
export interface DueClick {
  id: string;
  linkId: string;
  visitor: string;
  clickedAt: Date;
}

/** The earliest click of each visitor on each link, then the first that lies at least `withinMs` after the one before it; oldest first. */
export function onePerVisit<C extends DueClick>(clicks: readonly C[], withinMs: number): C[] {
  const last = new Map<string, number>();
  const inOrder = [...clicks].sort((a, b) => a.clickedAt.getTime() - b.clickedAt.getTime() || (a.id < b.id ? -1 : 1));
  return inOrder.filter(({ linkId, visitor, clickedAt }) => {
    const visit = `${linkId} ${visitor}`;
    if (clickedAt.getTime() - (last.get(visit) ?? Number.NEGATIVE_INFINITY) < withinMs) return false;
    last.set(visit, clickedAt.getTime());
    return true;
  });
}
