import { createHash } from 'node:crypto';

/**
 * Which partner and which brand a customer belongs to, by his key alone: of the SHA-256 of the key in hexadecimal, the first 8 digits
 * modulo the partners, and the next 8 modulo the brands. Counted from 0.
 */
export function assign(customer: string, partners: number, brands: number): { partner: number; brand: number } {
  const digest = createHash('sha256').update(customer, 'utf8').digest();
  return { partner: digest.readUInt32BE(0) % partners, brand: digest.readUInt32BE(4) % brands };
}
