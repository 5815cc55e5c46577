import type { Destination } from '../../clicks/domain/click.js';

/** A link as the redirect needs it. */
export interface LinkTarget {
  linkId: string;
  partnerId: string;
  brandId: string;
  programId: string;
  destinationUrl: string;
  destination: Destination;
  subIds: Readonly<Record<string, string>>;
  /** The brand's policy: unique clicks become conversions. */
  clicksAreEvents: boolean;
}
