/** Under whose key the vault keeps what the tax law asks for: it outlives the key of the partner. */
export const taxSubject = (partnerId: string): string => `tax:${partnerId}`;
