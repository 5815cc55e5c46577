import type { Conversion, ConversionInput } from './types.js';

/** A conversion as an explanation keeps it: JSON. */
export function toInput(conversion: Conversion): ConversionInput {
  const { conversionId, eventId, kind, brandId, programId, partnerId, occurredAt, amount, currency, originalConversionId } = conversion;
  const input: ConversionInput = {
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
  };
  if (conversion.customerId) input.customerId = conversion.customerId;
  if (conversion.details) input.details = conversion.details;
  return input;
}

/** The conversion that `toInput` wrote down. */
export const fromInput = (input: ConversionInput): Conversion => ({
  ...input,
  amount: input.amount === null ? null : BigInt(input.amount),
});
