import { isRoutingNumber } from '../rails/domain/nacha.js';

interface UsBankAccount {
  routingNumber: string;
  accountNumber: string;
}

/** Whether the routing number of an account in the United States checks. */
export const routingChecks = ({ routingNumber }: UsBankAccount): boolean => isRoutingNumber(routingNumber);

/** Enough of an account for its owner to recognise it: country and the last four, or half of a short one. */
export const usAccountHint = ({ accountNumber }: UsBankAccount): string =>
  `US** **** ${accountNumber.slice(-Math.min(4, Math.floor(accountNumber.length / 2)))}`;
