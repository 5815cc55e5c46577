export interface Caches {
  loaded(): void;
  empty(): void;
}
export function cachesOf(folder: string): Caches;
