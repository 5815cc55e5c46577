import type { Conversion, ConversionInput } from './types.js';

/** A conversion as an explanation keeps it: JSON, and of the free attributes only those named. */
export function toInput(conversion: Conversion, attributes: readonly string[]): ConversionInput {
  const { conversionId, eventId, kind, brandId, programId, partnerId, occurredAt, amount, currency, originalConversionId } = conversion;
  const kept = Object.entries(conversion.attributes ?? {}).filter(([name]) => attributes.includes(name));
  return {
    conversionId,
    eventId,
    kind,
    brandId,
    programId,
    partnerId,
    occurredAt,
    amount: amount === null ? null : `${amount}`,
    currency,
    originalConversionId,
    attributes: Object.fromEntries(kept),
  };
}

/** The conversion that `toInput` wrote down. */
export const fromInput = (input: ConversionInput): Conversion => ({
  ...input,
  amount: input.amount === null ? null : BigInt(input.amount),
});
