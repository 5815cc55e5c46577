/** The newest snapshot of each subject in a batch: an upsert may touch a row only once. */
export function newest<E extends { subject: string; sequence?: number | undefined }>(events: readonly E[]): E[] {
  const bySubject = new Map<string, E>();
  for (const event of events) {
    const other = bySubject.get(event.subject);
    if (other === undefined || (event.sequence ?? 0) > (other.sequence ?? 0)) bySubject.set(event.subject, event);
  }
  return [...bySubject.values()];
}
