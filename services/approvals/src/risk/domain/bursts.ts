/**
 * The items that stand with at least `atLeast` of them within `spanMs` (both ends counted), each with the largest such company.
 * Whatever the order given; in the order of time.
 */
export function bursts<T>(items: readonly T[], timeOf: (item: T) => number, spanMs: number, atLeast: number): Map<T, readonly T[]> {
  const sorted = [...items].sort((a, b) => timeOf(a) - timeOf(b));
  const found = new Map<T, readonly T[]>();
  let start = 0;
  sorted.forEach((item, end) => {
    while (timeOf(item) - timeOf(sorted[start] as T) > spanMs) start++;
    const size = end - start + 1;
    if (size < atLeast) return;
    const company = sorted.slice(start, end + 1);
    for (const one of company) if ((found.get(one)?.length ?? 0) < size) found.set(one, company);
  });
  return found;
}
