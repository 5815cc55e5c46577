import type { Envelope } from '../ports.js';
import { textOf } from './text.js';

/** As much text as this is kept at most; with the objects that were made of it, some three times as many bytes. */
const mostCharacters = 8 * 1024 * 1024;

/**
 * What this process has appended and its relay has not yet taken, so that it need not be read back from the database. A cache only:
 * what is missing here is read, and what was rolled back is pushed out by what comes after.
 */
export class RecentEvents {
  private readonly envelopes = new Map<string, Envelope>();
  private characters = 0;

  put(envelopes: readonly Envelope[]): void {
    for (const envelope of envelopes) {
      this.envelopes.set(envelope.id, envelope);
      this.characters += textOf(envelope).length;
    }
    for (const [id] of this.envelopes) {
      if (this.characters <= mostCharacters) return;
      this.take(id);
    }
  }

  take(id: string): Envelope | undefined {
    const envelope = this.envelopes.get(id);
    if (envelope === undefined) return undefined;
    this.envelopes.delete(id);
    this.characters -= textOf(envelope).length;
    return envelope;
  }
}
