-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "brand_profile" (
    "brand_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "minimum_payout" BIGINT NOT NULL,

    CONSTRAINT "brand_profile_pkey" PRIMARY KEY ("brand_id")
);

-- CreateTable
CREATE TABLE "partner_profile" (
    "partner_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "status" TEXT NOT NULL,

    CONSTRAINT "partner_profile_pkey" PRIMARY KEY ("partner_id")
);

-- CreateTable
CREATE TABLE "enrollment_profile" (
    "enrollment_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "partner_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,

    CONSTRAINT "enrollment_profile_pkey" PRIMARY KEY ("enrollment_id")
);

-- CreateTable
CREATE TABLE "entry" (
    "id" TEXT NOT NULL,
    "entry_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "accrued" BOOLEAN NOT NULL,
    "adjusts" TEXT,
    "adjusted" BOOLEAN NOT NULL DEFAULT false,
    "occurred_at" TIMESTAMPTZ(3),
    "matures_at" TIMESTAMPTZ(3),
    "decision" INTEGER NOT NULL DEFAULT 0,
    "decision_state" TEXT NOT NULL DEFAULT 'none',
    "decided_at" TIMESTAMPTZ(3),
    "bucket" TEXT,
    "payout_id" TEXT,
    "run_id" TEXT,
    "corrected" BIGINT NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_transaction" (
    "id" TEXT NOT NULL,
    "business_key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "entry_id" TEXT,
    "payout_id" TEXT,
    "accounts" TEXT[] NOT NULL,
    "amounts" BIGINT[] NOT NULL,
    "effective_at" TIMESTAMPTZ(3) NOT NULL,
    "posted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_transaction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "balance" (
    "partner_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "accrued" BIGINT NOT NULL DEFAULT 0,
    "reversed" BIGINT NOT NULL DEFAULT 0,
    "rejected" BIGINT NOT NULL DEFAULT 0,
    "pending" BIGINT NOT NULL DEFAULT 0,
    "held" BIGINT NOT NULL DEFAULT 0,
    "approved" BIGINT NOT NULL DEFAULT 0,
    "payable" BIGINT NOT NULL DEFAULT 0,
    "in_payout" BIGINT NOT NULL DEFAULT 0,
    "paid" BIGINT NOT NULL DEFAULT 0,
    "receivable" BIGINT NOT NULL DEFAULT 0,
    "written_off" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "balance_pkey" PRIMARY KEY ("partner_id","brand_id","currency")
) WITH (fillfactor = 50); -- written over and over: room for the next versions on the same page

-- CreateTable
CREATE TABLE "funding_account" (
    "id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "rail" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "account_hint" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "funding_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payout_method" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "account_hmac" TEXT NOT NULL,
    "account_hint" TEXT NOT NULL,
    "behaviour" TEXT,
    "brand_ids" TEXT[],
    "usable_from" TIMESTAMPTZ(3) NOT NULL,
    "status" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payout_method_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payout_run" (
    "id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "as_of" TIMESTAMPTZ(3) NOT NULL,
    "brand_ids" TEXT[],
    "currency" TEXT,
    "minimum" BIGINT,
    "content_hash" TEXT NOT NULL,
    "built_by" TEXT NOT NULL,
    "approved_by" TEXT,
    "sealed_at" TIMESTAMPTZ(3),
    "submit_requested_by" TEXT,
    "submit_requested_at" TIMESTAMPTZ(3),
    "clearance_id" TEXT,
    "cleared_hash" TEXT,
    "refused_hash" TEXT,
    "reason" TEXT,
    "totals" JSONB NOT NULL,
    "left_out" JSONB NOT NULL,
    "correlation_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payout_run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payout" (
    "id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "sandbox" BOOLEAN NOT NULL,
    "rail" TEXT NOT NULL,
    "rail_key" TEXT NOT NULL,
    "rail_reference" TEXT,
    "reason" TEXT,
    "method_id" TEXT,
    "account_hmac" TEXT NOT NULL,
    "line_count" INTEGER NOT NULL,
    "lines_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "attempted_at" TIMESTAMPTZ(3),
    "settled_at" TIMESTAMPTZ(3),
    "lookups" INTEGER NOT NULL DEFAULT 0,
    "next_lookup_at" TIMESTAMPTZ(3),

    CONSTRAINT "payout_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payout_line" (
    "payout_id" TEXT NOT NULL,
    "item_id" TEXT NOT NULL,
    "entry_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "open_item_id" TEXT,

    CONSTRAINT "payout_line_pkey" PRIMARY KEY ("payout_id","item_id")
);

-- CreateTable
CREATE TABLE "bank_file" (
    "run_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "payout_ids" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "bank_file_pkey" PRIMARY KEY ("run_id","brand_id")
);

-- CreateTable
CREATE TABLE "simulator_instruction" (
    "rail_key" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "payout_id" TEXT NOT NULL,
    "behaviour" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "lookups" INTEGER NOT NULL DEFAULT 0,
    "accepted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "simulator_instruction_pkey" PRIMARY KEY ("rail_key")
);

-- CreateTable
CREATE TABLE "simulator_money_out" (
    "id" BIGSERIAL NOT NULL,
    "rail_key" TEXT NOT NULL,
    "payout_id" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "moved_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "simulator_money_out_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "simulator_callback" (
    "id" BIGSERIAL NOT NULL,
    "rail_key" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "delivered" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "simulator_callback_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "enrollment_profile_partner_id_brand_id_idx" ON "enrollment_profile"("partner_id", "brand_id");

-- Each entry is moved several times, and each move is entered into every index that it matches: so they match few.
CREATE INDEX "entry_maturing" ON "entry"("matures_at") WHERE "bucket" = 'approved';
CREATE INDEX "entry_payable" ON "entry"("brand_id", "currency") WHERE "bucket" = 'payable';
CREATE INDEX "entry_adjusts" ON "entry"("adjusts") WHERE "adjusts" IS NOT NULL;
CREATE INDEX "entry_of_payout" ON "entry"("payout_id") WHERE "payout_id" IS NOT NULL;
CREATE INDEX "entry_of_run" ON "entry"("run_id") WHERE "run_id" IS NOT NULL;

-- CreateIndex
CREATE UNIQUE INDEX "ledger_transaction_business_key_key" ON "ledger_transaction"("business_key");

-- CreateIndex
CREATE INDEX "ledger_transaction_partner_id_brand_id_currency_idx" ON "ledger_transaction"("partner_id", "brand_id", "currency");

CREATE INDEX "ledger_transaction_of_payout" ON "ledger_transaction"("payout_id") WHERE "payout_id" IS NOT NULL;

-- CreateIndex
CREATE INDEX "balance_brand_id_idx" ON "balance"("brand_id");

-- CreateIndex
CREATE INDEX "funding_account_brand_id_idx" ON "funding_account"("brand_id");

-- CreateIndex
CREATE INDEX "payout_method_partner_id_idx" ON "payout_method"("partner_id");

-- CreateIndex
CREATE UNIQUE INDEX "payout_rail_key_key" ON "payout"("rail_key");

-- CreateIndex
CREATE INDEX "payout_run_id_idx" ON "payout"("run_id");

-- CreateIndex
CREATE INDEX "payout_partner_id_idx" ON "payout"("partner_id");

-- CreateIndex
CREATE INDEX "payout_brand_id_idx" ON "payout"("brand_id");

-- CreateIndex
CREATE INDEX "payout_status_next_lookup_at_idx" ON "payout"("status", "next_lookup_at");

-- CreateIndex
CREATE UNIQUE INDEX "payout_line_open_item_id_key" ON "payout_line"("open_item_id");

-- CreateIndex
CREATE INDEX "payout_line_entry_id_idx" ON "payout_line"("entry_id");

-- CreateIndex
CREATE INDEX "simulator_money_out_payout_id_idx" ON "simulator_money_out"("payout_id");

-- CreateIndex
CREATE INDEX "simulator_callback_delivered_due_at_idx" ON "simulator_callback"("delivered", "due_at");


-- ---------------------------------------------------------------------------------------------------------------------
-- The journal: append-only, and every transaction sums to zero. A transaction and its legs are one row, so that neither can be without
-- the other, no leg can be added later, and a CHECK refuses what does not sum to zero, whoever writes it.

CREATE FUNCTION ledger_balanced(accounts text[], amounts bigint[]) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  amount bigint;
  total bigint := 0;
BEGIN
  IF array_ndims(amounts) IS DISTINCT FROM 1 OR array_ndims(accounts) IS DISTINCT FROM 1 OR cardinality(amounts) < 2
     OR cardinality(amounts) <> cardinality(accounts) OR array_position(accounts, NULL) IS NOT NULL THEN
    RETURN false;
  END IF;
  FOREACH amount IN ARRAY amounts LOOP
    IF amount IS NULL OR amount = 0 OR amount NOT BETWEEN -1000000000000000 AND 1000000000000000 THEN RETURN false; END IF;
    total := total + amount;
  END LOOP;
  RETURN total = 0;
END $$;
ALTER TABLE "ledger_transaction" ADD CONSTRAINT "ledger_balanced" CHECK (ledger_balanced("accounts", "amounts"));

-- The legs one by one, for whoever adds them up; seen with the rights of who asks.
CREATE VIEW "ledger_leg" WITH (security_invoker = true) AS
  SELECT t.id AS transaction_id, leg.number::integer AS number, leg.account, t.brand_id, t.partner_id, t.currency, leg.amount, t.effective_at, t.posted_at
  FROM ledger_transaction t CROSS JOIN LATERAL unnest(t.accounts, t.amounts) WITH ORDINALITY AS leg (account, amount, number);

-- The owner cannot rewrite it by accident either.
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "ledger_transaction" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "simulator_money_out" FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- ---------------------------------------------------------------------------------------------------------------------
-- Money rules that hold whatever the program does.

ALTER TABLE "payout" ADD CONSTRAINT "payout_amount_positive" CHECK ("amount" > 0);
ALTER TABLE "payout" ADD CONSTRAINT "payout_rail_key_is_its_id" CHECK ("rail_key" = "id");
ALTER TABLE "payout" ADD CONSTRAINT "payout_run_fkey" FOREIGN KEY ("run_id") REFERENCES "payout_run" ("id");
ALTER TABLE "payout_line" ADD CONSTRAINT "payout_line_payout_fkey" FOREIGN KEY ("payout_id") REFERENCES "payout" ("id");
ALTER TABLE "payout_line" ADD CONSTRAINT "payout_line_open_is_itself" CHECK ("open_item_id" = "item_id");
ALTER TABLE "payout_run" ADD CONSTRAINT "payout_run_four_eyes" CHECK ("approved_by" <> "built_by");
ALTER TABLE "payout_run" ADD CONSTRAINT "payout_run_sealed_by_somebody" CHECK ("status" IN ('draft', 'refused') OR "approved_by" IS NOT NULL);
ALTER TABLE "payout_run" ADD CONSTRAINT "payout_run_goes_out_cleared" CHECK ("status" NOT IN ('cleared', 'submitting', 'submitted', 'completed') OR "cleared_hash" IS NOT DISTINCT FROM "content_hash");
ALTER TABLE "entry" ADD CONSTRAINT "entry_claimed_with_payout" CHECK ("bucket" IS NULL OR ("bucket" IN ('in-payout', 'paid')) = ("run_id" IS NOT NULL));
CREATE UNIQUE INDEX "funding_account_one_active" ON "funding_account" ("brand_id", (CASE WHEN "status" = 'active' THEN "rail" ELSE "id" END));

-- ---------------------------------------------------------------------------------------------------------------------
-- Row-level security: what belongs to a brand is seen with that brand only; a partner sees its own.

ALTER TABLE "brand_profile" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "brand_profile" USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "enrollment_profile" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "enrollment_profile" USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "entry" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "entry" USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "ledger_transaction" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "ledger_transaction" USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "balance" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "balance" USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "funding_account" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "funding_account" USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "payout" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "payout" USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "payout_line" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "payout_line" USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "bank_file" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "bank_file" USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
-- A run may span brands: it is seen by who sees all of them, and by no partner.
ALTER TABLE "payout_run" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "payout_run"
  USING (kit.sees_partner('') AND NOT EXISTS (SELECT 1 FROM unnest(brand_ids) AS named (brand_id) WHERE NOT kit.sees_brand(named.brand_id)))
  WITH CHECK (NOT EXISTS (SELECT 1 FROM unnest(brand_ids) AS named (brand_id) WHERE NOT kit.sees_brand(named.brand_id)));
-- A method belongs to a partner; whom it may see it by brand is decided by enrolment.
ALTER TABLE "payout_method" ENABLE ROW LEVEL SECURITY;
CREATE POLICY partner_scope ON "payout_method" USING (kit.sees_partner(partner_id)) WITH CHECK (kit.sees_partner(partner_id));
