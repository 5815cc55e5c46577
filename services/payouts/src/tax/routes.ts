import type { Route } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { consentToSelfBillingRoute, endSelfBillingRoute, listSelfBillingAgreementsRoute, offerSelfBillingRoute } from './agreements.js';
import { getSelfBilledInvoiceRoute, getSelfBilledInvoiceTextRoute, listRunTaxRoute, listSelfBilledInvoicesRoute } from './invoices.js';
import { getNecCsvRoute, getNecReportRoute } from './report-1099.js';
import { addTaxFormRoute, decideTaxFormRoute, getTaxStandingRoute, listTaxFormsRoute } from './tax-forms.js';
import { getTaxProfileRoute, setTaxProfileRoute } from './tax-profile.js';
import { addTaxRuleRoute, listTaxRulesRoute } from './tax-rules.js';
import { addVatRegistrationRoute, decideVatRegistrationRoute, listVatRegistrationsRoute } from './vat-registrations.js';

export const taxRoutes = (parts: Parts): Route[] => [
  addTaxFormRoute(parts),
  listTaxFormsRoute(parts),
  decideTaxFormRoute(parts),
  getTaxStandingRoute(parts),
  addTaxRuleRoute(parts),
  listTaxRulesRoute(parts),
  setTaxProfileRoute(parts),
  getTaxProfileRoute(parts),
  getNecReportRoute(parts),
  getNecCsvRoute(parts),
  addVatRegistrationRoute(parts),
  listVatRegistrationsRoute(parts),
  decideVatRegistrationRoute(parts),
  offerSelfBillingRoute(parts),
  listSelfBillingAgreementsRoute(parts),
  consentToSelfBillingRoute(parts),
  endSelfBillingRoute(parts),
  listSelfBilledInvoicesRoute(parts),
  getSelfBilledInvoiceRoute(parts),
  getSelfBilledInvoiceTextRoute(parts),
  listRunTaxRoute(parts),
];
