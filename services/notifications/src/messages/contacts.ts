/** How to address a partner. Read when a message is sent and kept nowhere. */
export interface Contact {
  name: string;
  email: string;
  /** Where he was written to until a short while ago. */
  former?: readonly { name: string; email: string }[] | undefined;
}

export interface Contacts {
  /** Undefined when the directory knows no such partner. Throws when it cannot be asked. */
  contactOf(partnerId: string): Promise<Contact | undefined>;
}
