-- A brand says with tables of their own who approves its payouts.
ALTER TABLE "routing_policy" ADD COLUMN "applies_to" TEXT NOT NULL DEFAULT 'commissions';
ALTER TABLE "routing_policy" ADD CONSTRAINT "routing_policy_applies_to" CHECK ("applies_to" IN ('commissions', 'payouts'));
