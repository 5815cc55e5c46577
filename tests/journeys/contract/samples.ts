import type { Json } from '../client.js';
import type { World } from './world.js';

/** A request that a route takes: what stands in its path, behind the question mark, in its body. */
export interface Sample {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: Json;
  headers?: Record<string, string>;
  /** What it answers, when that is not its contract's success. */
  status?: number;
}

const terms = { components: [{ on: 'sale', model: 'percentage', rate: '0.10' }], holdDays: 0 };

/** One valid request for each route, new ones at each call. A route without one fails the test that walks over all contracts. */
export function samplesOf(world: World): Record<string, () => Sample> {
  const { brandId, partnerId, dealId, runId, payoutId, now, fresh } = world;
  return {
    ...people(world),
    ...owed(world),
    createBrand: () => ({ body: { name: 'Brand', slug: fresh(), currency: 'EUR', timeZone: 'UTC' } }),
    getBrand: () => ({ params: { brandId } }),
    listBrands: () => ({}),
    createFundingAccount: () => ({ params: { brandId }, body: { rail: 'simulated-api', account: { name: 'Sandbox' } }, status: 0 }),
    createLink: () => ({ body: { partnerId, brandId, destinationUrl: 'https://shop.example/x', code: fresh() } }),
    listLinks: () => ({ query: { brandId } }),
    followLink: () => ({ params: { code: world.linkCode } }),
    postEvents: () => ({
      body: { type: 'sale', eventId: fresh(), brandId, partnerId, occurredAt: now, amount: 100, currency: 'EUR' },
    }),
    postback: () => ({ query: { click_id: world.clickId, event: 'lead', txid: fresh() } }),
    listConversions: () => ({ query: { brandId } }),
    listClicks: () => ({ query: { brandId } }),
    listCustomers: () => ({ query: { brandId } }),
    createDeal: () => ({ query: { dryRun: 'true' }, body: { partnerId: world.sparePartnerId, brandId, terms } }),
    lintDeal: () => ({ body: { brandId, terms } }),
    amendDeal: () => ({
      params: { dealId },
      query: { dryRun: 'true' },
      body: { effectiveFrom: now, terms, reason: 'fuzz' },
      headers: { 'if-match': '"1"' },
    }),
    createRun: () => ({ query: { dryRun: 'true' }, body: { brandIds: [brandId] }, status: 0 }),
    getRun: () => ({ params: { runId } }),
    listLeftOut: () => ({ params: { runId } }),
    listRuns: () => ({}),
    approveRun: () => ({ params: { runId }, status: 403 }),
    submitRun: () => ({ params: { runId } }),
    cancelRun: () => ({ params: { runId }, body: { reason: 'fuzz' }, status: 409 }),
    getPaymentFile: () => ({ params: { runId, rail: 'bank-file' }, query: { brandId } }),
    getBankFile: () => ({ params: { runId } }),
    reportSettlement: () => ({ params: { runId }, body: { settlements: [{ payoutId, outcome: 'settled' }] } }),
    listPayouts: () => ({ query: { runId } }),
    getPayout: () => ({ params: { payoutId } }),
    getPayoutStatement: () => ({ params: { payoutId } }),
    getPayoutStatementPdf: () => ({ params: { payoutId } }),
    getPayoutTrace: () => ({ params: { payoutId } }),
    getEvidence: () => ({ params: { payoutId } }),
    getEvidenceKey: () => ({}),
    verifyChain: () => ({}),
    listAuditRecords: () => ({ query: { brandId } }),
    getActivity: () => ({ query: { brandId } }),
    getOutcomeCounts: () => ({ query: { brandId } }),
    setQualityWeights: () => ({ body: { brandId, weights: { retention: '0.5', volume: '0.25', value: '0.125', refunds: '0.125' } } }),
    getPartnerQuality: () => ({ query: { brandId, from: '2020-01-01', to: now.slice(0, 10) } }),
  };
}

function people({ partnerId, sparePartnerId, brandId, apiKeyId, now, fresh }: World): Record<string, () => Sample> {
  const parked = { service: 'commission', eventId: '00000000-0000-7000-8000-000000000000' };
  return {
    createApiKey: () => ({ body: { name: fresh(), roles: ['auditor'] } }),
    listApiKeys: () => ({}),
    revokeApiKey: () => ({ params: { apiKeyId } }),
    getMe: () => ({}),
    createPartner: () => ({ body: { name: 'Grace', email: 'grace@example.com', externalId: fresh() } }),
    getPartner: () => ({ params: { partnerId } }),
    listPartners: () => ({ query: { brandId } }),
    createEnrollment: () => ({ params: { partnerId }, body: { brandId }, status: 409 }),
    listEnrollments: () => ({ params: { partnerId } }),
    addPartnerTag: () => ({ params: { partnerId }, body: { tag: fresh() } }),
    removePartnerTag: () => ({ params: { partnerId }, body: { tag: fresh() }, status: 409 }),
    setPartnerContact: () => ({ params: { partnerId }, body: { email: 'grace.h@example.com' } }),
    // The spare partner's: what is confirmed cannot be taken back.
    requestErasure: () => ({ params: { partnerId: sparePartnerId }, body: { balance: 'waived' }, status: 0 }),
    confirmErasure: () => ({ params: { erasureId: 'ers_01kjpwr660f8c8b0wwrg0fdmp8' }, body: {}, status: 404 }),
    withdrawErasure: () => ({ params: { erasureId: 'ers_01kjpwr660f8c8b0wwrg0fdmp8' }, body: {}, status: 404 }),
    getErasure: () => ({ params: { erasureId: 'ers_01kjpwr660f8c8b0wwrg0fdmp8' }, status: 404 }),
    listErasures: () => ({}),
    setPartnerTier: () => ({ params: { partnerId }, body: { value: fresh() } }),
    setPartnerParent: () => ({ params: { partnerId }, body: { value: null } }),
    setPartnerManager: () => ({ params: { partnerId }, body: { value: fresh() } }),
    getContact: () => ({ params: { partnerId }, status: 404 }),
    listParked: () => ({}),
    showParked: () => ({ params: parked, status: 404 }),
    replayParked: () => ({ params: parked, status: 404 }),
    discardParked: () => ({ params: parked, body: { reason: 'fuzz' }, status: 404 }),
    getQuiet: () => ({}),
    replayArchive: () => ({ body: { service: 'insights', from: now } }),
    moveClock: () => ({ body: { now }, status: 0 }),
    getClock: () => ({}),
  };
}

function owed(world: World): Record<string, () => Sample> {
  const { partnerId, brandId, dealId, entryId, approvalId, now, fresh } = world;
  const version = { dealId, version: '1' };
  const template = { templateId: 'dtp_01kjpwzgj0fcd8rdctfnvsvzgh' };
  const customer = { customerId: 'cus_01kjpwzgj0fcd8rdctfnvsvzgh' };
  const item = { itemId: 'rci_01kjpwzgj0fcd8rdctfnvsvzgh' };
  const payoutMethodId = 'pm_01kjpwzgj0fcd8rdctfnvsvzgh';
  const freeze = { freezeId: 'frz_01kjpwzgj0fcd8rdctfnvsvzgh' };
  const debt = { writeOffId: 'wof_01kjpwzgj0fcd8rdctfnvsvzgh' };
  const statement = { statementId: 'ast_01kjpwzgj0fcd8rdctfnvsvzgh' };
  const riskCase = { caseId: 'cse_01kjpwzgj0fcd8rdctfnvsvzgh' };
  const batch = { batchId: 'bat_01kjpwzgj0fcd8rdctfnvsvzgh' };
  return {
    createPayoutMethod: () => ({ params: { partnerId }, body: { kind: 'simulated', account: { name: 'Ada' } } }),
    listPayoutMethods: () => ({ params: { partnerId } }),
    verifyPayoutMethod: () => ({ params: { payoutMethodId }, body: { means: 'prenote' }, status: 404 }),
    disablePayoutMethod: () => ({ params: { payoutMethodId }, body: { reason: 'fuzz' }, status: 404 }),
    freezePayoutMethod: () => ({ body: { token: 'fuzz' }, status: 401 }),
    ...taxes(world),
    createWithdrawal: () => ({ params: { partnerId }, query: { dryRun: 'true' }, body: { brandId }, status: 0 }),
    getBalance: () => ({ params: { partnerId } }),
    getBrandBalance: () => ({ params: { brandId } }),
    getEarningsSchedule: () => ({ params: { partnerId } }),
    createPayoutSchedule: () => ({ params: { brandId }, query: { dryRun: 'true' }, body: { pay: { anchor: 'month-end', days: 7 } } }),
    setPayoutLimits: () => ({ params: { brandId }, query: { dryRun: 'true' }, body: { perPayout: 100_000, reason: 'fuzz' } }),
    listPayoutLimits: () => ({ query: { brandId } }),
    createPayoutExchangePolicy: () => ({ params: { brandId }, query: { dryRun: 'true' }, body: { pairs: [{ from: 'USD', to: 'EUR' }] } }),
    listPayoutExchangePolicies: () => ({ query: { brandId } }),
    listPayoutSchedules: () => ({ query: { brandId } }),
    issueAccountStatements: () => ({ params: { partnerId }, query: { dryRun: 'true' }, body: { brandId, period: '2020-01' }, status: 0 }),
    listAccountStatements: () => ({ query: { brandId } }),
    getAccountStatement: () => ({ params: statement, status: 404 }),
    listAccountStatementLines: () => ({ params: statement, status: 404 }),
    getAccountStatementCsv: () => ({ params: statement, status: 404 }),
    getAccountStatementPdf: () => ({ params: statement, status: 404 }),
    getConsolidatedStatement: () => ({ params: { partnerId, period: '2020-01' } }),
    listDeals: () => ({ query: { brandId } }),
    getDeal: () => ({ params: { dealId } }),
    listDealVersions: () => ({ params: { dealId } }),
    replaceDeal: () => ({ params: { dealId }, body: {} }),
    patchDeal: () => ({ params: { dealId }, body: {} }),
    deleteDeal: () => ({ params: { dealId } }),
    replaceDealVersion: () => ({ params: version, body: {} }),
    patchDealVersion: () => ({ params: version, body: {} }),
    deleteDealVersion: () => ({ params: version }),
    proposeDealVersion: () => ({ params: version, body: {}, status: 409 }),
    acceptDealVersion: () => ({ params: version, body: {}, status: 409 }),
    activateDealVersion: () => ({ params: version, body: {}, status: 409 }),
    declineDealVersion: () => ({ params: version, body: {}, status: 409 }),
    compareDealVersions: () => ({ params: { dealId }, query: { from: '1', to: '1' } }),
    createDealTemplate: () => ({ query: { dryRun: 'true' }, body: { name: 'fuzz', brandId, terms } }),
    amendDealTemplate: () => ({ params: template, body: { terms, reason: 'fuzz' }, headers: { 'if-match': '"1"' }, status: 404 }),
    listDealTemplates: () => ({ query: { brandId } }),
    getDealTemplate: () => ({ params: template, status: 404 }),
    amendDealsOfTemplate: () => ({ params: template, body: { effectiveFrom: now, reason: 'fuzz', change: { terms } }, status: 404 }),
    getDealBatch: () => ({ params: batch, status: 404 }),
    supersedeDealBatch: () => ({ params: batch, body: { reason: 'fuzz' }, status: 404 }),
    previewDeal: () => ({ body: { brandId, partnerId, terms, event: { kind: 'sale', occurredAt: now, amount: 100, currency: 'EUR' } } }),
    createSimulation: () => ({ body: { brandId, from: '2020-01-01T00:00:00Z', dealId, terms, effectiveFrom: now } }),
    getSimulation: () => ({ params: { simulationId: 'sim_01kjpwzgj0fcd8rdctfnvsvzgh' }, status: 404 }),
    createRecalculation: () => ({ body: { brandId, partnerId, period: now.slice(0, 7) } }),
    getRecalculation: () => ({ params: { recalculationId: 'rcl_01kjpwzgj0fcd8rdctfnvsvzgh' }, status: 404 }),
    getConsolidatedCommissions: () => ({ query: { currency: 'USD', partnerId } }),
    getCommissionsAsOf: () => ({ query: { brandId, partnerId, period: now.slice(0, 7), knownAt: now } }),
    listCommissions: () => ({ query: { brandId } }),
    explainCommission: () => ({ params: { entryId } }),
    listOutcomes: () => ({ params: { conversionId: world.conversionId } }),
    recordFxRates: () => ({ body: { base: 'EUR', quote: 'USD', date: now.slice(0, 10), rate: '1.0845', source: world.fresh() } }),
    importFxRates: () => ({
      headers: { 'content-type': 'text/csv' },
      body: 'Date,USD,\n2026-03-05,1.0845,\n',
      query: { source: world.fresh() },
    }),
    listFxRates: () => ({ query: { base: 'EUR' } }),
    getCustomer: () => ({ params: customer, status: 404 }),
    addCustomerTag: () => ({ params: customer, body: { tag: fresh() }, status: 404 }),
    removeCustomerTag: () => ({ params: customer, body: { tag: fresh() }, status: 404 }),
    addCustomerKey: () => ({ params: customer, body: { key: fresh() }, status: 404 }),
    verifyCustomer: () => ({ params: customer, body: { kind: 'kyc', verifiedAt: now }, status: 404 }),
    excludeCustomer: () => ({ params: customer, body: { from: now }, status: 404 }),
    reassignCustomer: () => ({ params: customer, body: { partnerId, effectiveFrom: now, reason: 'fuzz' }, status: 404 }),
    listStatements: () => ({ query: { brandId } }),
    getStatement: () => ({ params: { statementId: 'stm_01kjpwzgj0fcd8rdctfnvsvzgh' }, status: 404 }),
    closePeriod: () => ({ params: { period: '2020-01' }, query: { dryRun: 'true' }, body: { brandId } }),
    createAdjustment: () => ({
      query: { dryRun: 'true' },
      body: { partnerId, brandId, amount: 500, currency: 'EUR', reason: 'fuzz' },
    }),
    listAdjustments: () => ({ query: { brandId } }),
    listApprovals: () => ({ query: { brandId } }),
    getApproval: () => ({ params: { approvalId } }),
    reportRiskHit: () => ({
      body: { brandId, conversionId: 'cnv_01kjpwzgj0fcd8rdctfnvsvzgh', rule: fresh(), detail: 'fuzz' },
    }),
    decideApprovalBatch: () => ({ query: { dryRun: 'true' }, body: { brandId, decision: 'approve', filter: {} } }),
    getApprovalBatch: () => ({ params: { batchId: 'aba_01kjpwzgj0fcd8rdctfnvsvzgh' }, status: 404 }),
    listApprovalBatches: () => ({ query: { brandId } }),
    createApprovalDelegation: () => ({
      body: { brandId, delegateId: fresh(), validFrom: '2020-01-01T00:00:00Z', validUntil: '2099-01-01T00:00:00Z', reason: 'fuzz' },
    }),
    revokeApprovalDelegation: () => ({ params: { delegationId: 'dlg_01kjpwzgj0fcd8rdctfnvsvzgh' }, body: {}, status: 404 }),
    listApprovalDelegations: () => ({ query: { brandId } }),
    createRoutingPolicy: () => ({
      params: { brandId },
      query: { dryRun: 'true' },
      body: { rows: [{ name: 'all', outcome: 'manager' }], reason: 'fuzz' },
    }),
    acceptRoutingPolicy: () => ({ params: { brandId, version: '1' }, body: {}, status: 404 }),
    listRoutingPolicies: () => ({ params: { brandId } }),
    getRoutingTable: () => ({ params: { brandId } }),
    listRiskHits: () => ({ query: { brandId } }),
    listPayoutFreezes: () => ({}),
    // A real one would stand in the way of all that follows.
    freezePayouts: () => ({ query: { dryRun: 'true' }, body: { reason: 'fuzz' } }),
    proposeRelease: () => ({ params: freeze, body: { reason: 'fuzz', findingsHash: 'a'.repeat(64) }, status: 404 }),
    confirmRelease: () => ({ params: freeze, body: { findingsHash: 'a'.repeat(64), proposedBy: 'key_fuzz' }, status: 404 }),
    proposeWriteOff: () => ({ params: { partnerId }, body: { brandId, entryIds: [entryId], amount: 1, reason: 'fuzz' }, status: 409 }),
    decideWriteOff: () => ({ params: debt, body: { decision: 'decline' }, status: 404 }),
    getWriteOff: () => ({ params: debt, status: 404 }),
    listWriteOffs: () => ({ query: { brandId } }),
    requestReversal: () => ({ params: { payoutId: world.payoutId }, body: { reason: 'fuzz' }, status: 0 }),
    approveReversal: () => ({ params: { payoutId: world.payoutId }, body: { requestedBy: 'usr_x' }, status: 409 }),
    getReversal: () => ({ params: { payoutId: world.payoutId }, status: 0 }),
    proposeResolution: () => ({ params: { payoutId: world.payoutId }, body: { outcome: 'failed', reason: 'fuzz' }, status: 409 }),
    confirmResolution: () => ({ params: { payoutId: world.payoutId }, body: { outcome: 'failed', proposedBy: 'usr_x' }, status: 409 }),
    getResolution: () => ({ params: { payoutId: world.payoutId }, status: 404 }),
    uploadBankReport: () => ({
      params: { brandId },
      headers: { 'content-type': 'text/csv' },
      body: `bookedOn,amount,currency,endToEndId\n${now.slice(0, 10)},-1.00,EUR,${fresh()}\n`,
    }),
    receiveRailCallback: () => ({ params: { rail: 'stripe', fundingAccountId: 'fac_01kjpwzgj0fcd8rdctfnvsvzgh' }, body: {}, status: 401 }),
    listBankReports: () => ({ query: { brandId } }),
    getBankReport: () => ({ params: { reportId: 'bkr_01kjpwzgj0fcd8rdctfnvsvzgh' }, status: 404 }),
    listReconciliationItems: () => ({ query: { brandId } }),
    getReconciliationItem: () => ({ params: item, status: 404 }),
    resolveReconciliationItem: () => ({ params: item, body: { resolution: 'fuzz' }, status: 404 }),
    listRiskCases: () => ({ query: { brandId } }),
    getRiskCase: () => ({ params: riskCase, status: 404 }),
    assignRiskCase: () => ({ params: riskCase, body: { assigneeId: 'key_fuzz' }, status: 404 }),
    noteRiskCase: () => ({ params: riskCase, body: { note: 'fuzz' }, status: 404 }),
    resolveRiskCase: () => ({ params: riskCase, body: { resolution: 'fraud', reason: 'fuzz' }, status: 404 }),
    proposeNetworkBan: () => ({ body: { brandId, partnerId, reason: 'fuzz' } }),
    decideNetworkBan: () => ({
      params: { banId: 'ban_01kjpwzgj0fcd8rdctfnvsvzgh' },
      body: { decision: 'lift', reason: 'fuzz' },
      status: 404,
    }),
    listNetworkBans: () => ({ query: { brandId } }),
    setNetworkBanPolicy: () => ({ params: { brandId }, body: { onBan: 'notify' } }),
    createRiskBacktest: () => ({
      body: {
        brandId,
        from: '2020-01-01T00:00:00Z',
        to: '2020-02-01T00:00:00Z',
        use: { rule: 'velocity', parameters: {}, action: 'flag' },
      },
    }),
    getRiskBacktest: () => ({ params: { backtestId: 'rbt_01kjpwzgj0fcd8rdctfnvsvzgh' }, status: 404 }),
    listRiskRules: () => ({}),
    writeRiskRuleSet: () => ({
      params: { brandId },
      body: { rules: [{ rule: 'velocity', parameters: { atLeast: 10_000 }, action: 'flag' }], reason: 'fuzz' },
    }),
    activateRiskRuleSet: () => ({ params: { brandId, version: '999999' }, body: {}, status: 404 }),
    listRiskRuleSets: () => ({ params: { brandId } }),
    recordRiskSignal: () => ({ body: { brandId, subjectId: partnerId, device: fresh() } }),
    decideApproval: () => ({ params: { approvalId }, query: { dryRun: 'true' }, body: { decision: 'hold', reason: 'fuzz' } }),
  };
}

/** Tax forms, reports and self-billing: what a partner owes the tax office. */
function taxes({ brandId, partnerId, runId, now }: World): Record<string, () => Sample> {
  const agreement = { agreementId: 'sba_01kjpwzgj0fcd8rdctfnvsvzgh' };
  const invoice = { invoiceId: 'sbi_01kjpwzgj0fcd8rdctfnvsvzgh' };
  const textSha256 = 'a'.repeat(64);
  const days = { validFrom: '2026-01-01', validUntil: '2026-12-31' };
  const vat = { country: 'GB', number: null, rate: '0', validFrom: '2026-01-01', legalName: 'Ada', address: 'London' };
  const year = { year: now.slice(0, 4) };
  return {
    addTaxForm: () => ({ params: { partnerId }, query: { dryRun: 'true' }, body: { kind: 'refusal', refuses: 'W-9', reason: 'fuzz' } }),
    listTaxForms: () => ({ params: { partnerId } }),
    decideTaxForm: () => ({ params: { taxFormId: 'txf_01kjpwzgj0fcd8rdctfnvsvzgh' }, body: { decision: 'verify' }, status: 404 }),
    getTaxStanding: () => ({ params: { partnerId } }),
    addTaxRule: () => ({
      query: { dryRun: 'true' },
      body: { kind: '1099-nec-threshold', validFrom: '2099-01-01', value: '300000', source: 'fuzz' },
    }),
    listTaxRules: () => ({}),
    setTaxProfile: () => ({ params: { brandId }, body: { country: 'DE', legalName: 'Brand', address: 'Berlin' } }),
    getTaxProfile: () => ({ params: { brandId }, status: 0 }),
    getNecReport: () => ({ params: { brandId }, query: year }),
    getNecCsv: () => ({ params: { brandId }, query: year }),
    addVatRegistration: () => ({ params: { partnerId }, query: { dryRun: 'true' }, body: vat }),
    listVatRegistrations: () => ({ params: { partnerId } }),
    decideVatRegistration: () => ({
      params: { vatRegistrationId: 'vat_01kjpwzgj0fcd8rdctfnvsvzgh' },
      body: { decision: 'verify' },
      status: 404,
    }),
    offerSelfBilling: () => ({
      params: { brandId },
      query: { dryRun: 'true' },
      body: { partnerId, ...days, textVersion: '1', textSha256 },
    }),
    listSelfBillingAgreements: () => ({ query: { brandId } }),
    consentToSelfBilling: () => ({ params: agreement, body: { textSha256 }, status: 404 }),
    endSelfBilling: () => ({ params: agreement, body: { reason: 'fuzz' }, status: 404 }),
    listSelfBilledInvoices: () => ({ query: { brandId } }),
    getSelfBilledInvoice: () => ({ params: invoice, status: 404 }),
    getSelfBilledInvoiceText: () => ({ params: invoice, status: 404 }),
    listRunTax: () => ({ params: { runId } }),
  };
}
