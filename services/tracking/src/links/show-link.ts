interface LinkRow {
  id: string;
  code: string;
  partnerId: string;
  brandId: string;
  programId: string;
  destinationUrl: string;
  subIds: unknown;
  status: string;
  createdAt: Date;
}

/** A link as the API shows it. */
export function showLink(publicUrl: string, row: LinkRow) {
  const { id, code, createdAt, ...rest } = row;
  return { id, code, url: `${publicUrl}/c/${code}`, ...rest, createdAt: createdAt.toISOString() };
}
