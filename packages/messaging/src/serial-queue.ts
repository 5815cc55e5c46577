/** Works through what is pushed, one after another, and lets the newest go when too much has piled up. */
export class SerialQueue<T> {
  private tail: Promise<void> = Promise.resolve();
  private queued = 0;

  constructor(
    private readonly work: (item: T) => Promise<void>,
    private readonly most: number,
  ) {}

  push(item: T): void {
    if (this.queued >= this.most) return;
    this.queued += 1;
    this.tail = this.tail
      .then(() => this.work(item))
      .catch(() => undefined)
      .finally(() => {
        this.queued -= 1;
      });
  }

  idle(): Promise<void> {
    return this.tail;
  }
}
