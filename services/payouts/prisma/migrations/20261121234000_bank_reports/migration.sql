-- What banks say by files of their own, and how it differs from the ledger.

CREATE TABLE "bank_report" (
    "id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "read_as" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "from_day" TEXT,
    "to_day" TEXT,
    "lines" INTEGER NOT NULL,
    "recognised" INTEGER NOT NULL,
    "repeated" INTEGER NOT NULL,
    "totals" JSONB NOT NULL,
    "item_ids" TEXT[] NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "bank_report_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "bank_report_read_as" CHECK ("read_as" IN ('status', 'statement'))
);
CREATE UNIQUE INDEX "bank_report_brand_id_sha256_read_as_key" ON "bank_report"("brand_id", "sha256", "read_as");

-- The bookings of statements. A movement of the ledger is matched by one booking, for ever.
CREATE TABLE "bank_booking" (
    "report_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "brand_id" TEXT NOT NULL,
    "payout_id" TEXT,
    "direction" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "identity" TEXT NOT NULL,
    "reference" TEXT,
    "booked_on" TEXT,
    "verdict" TEXT NOT NULL,

    CONSTRAINT "bank_booking_pkey" PRIMARY KEY ("report_id", "number"),
    CONSTRAINT "bank_booking_report_fkey" FOREIGN KEY ("report_id") REFERENCES "bank_report"("id"),
    CONSTRAINT "bank_booking_amount" CHECK ("amount" >= 0),
    CONSTRAINT "bank_booking_direction" CHECK ("direction" IN ('out', 'back')),
    CONSTRAINT "bank_booking_verdict" CHECK ("verdict" IN ('matched', 'different', 'doubled', 'extra', 'repeated')),
    CONSTRAINT "bank_booking_matched_names_payout" CHECK ("payout_id" IS NOT NULL OR "verdict" IN ('extra', 'repeated'))
);
CREATE UNIQUE INDEX "bank_booking_matched_once" ON "bank_booking"("payout_id", "direction") WHERE "verdict" IN ('matched', 'different');
CREATE INDEX "bank_booking_brand_id_identity_idx" ON "bank_booking"("brand_id", "identity");

CREATE TABLE "reconciliation_item" (
    "id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "payout_id" TEXT,
    "direction" TEXT NOT NULL,
    "currency" TEXT,
    "book_amount" BIGINT,
    "bank_amount" BIGINT,
    "difference" BIGINT NOT NULL,
    "end_to_end_id" TEXT,
    "bank_reference" TEXT,
    "detail" TEXT NOT NULL,
    "booked_on" TEXT,
    "report_id" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'open',
    "opened_by" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "resolution" TEXT,
    "resolved_by" TEXT,
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "reconciliation_item_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "reconciliation_item_report_fkey" FOREIGN KEY ("report_id") REFERENCES "bank_report"("id") DEFERRABLE,
    CONSTRAINT "reconciliation_item_kind" CHECK ("kind" IN ('missing', 'extra', 'doubled', 'different', 'contradiction', 'unclear')),
    CONSTRAINT "reconciliation_item_direction" CHECK ("direction" IN ('out', 'back')),
    CONSTRAINT "reconciliation_item_four_eyes" CHECK ("resolved_by" <> "opened_by"),
    CONSTRAINT "reconciliation_item_resolved_with_reason" CHECK (
        "status" = 'open' AND "resolution" IS NULL AND "resolved_by" IS NULL AND "resolved_at" IS NULL
        OR "status" = 'resolved' AND "resolution" <> '' AND "resolved_by" IS NOT NULL AND "resolved_at" IS NOT NULL),
    -- Zero where bank and ledger differ in what they say and not in what moved; otherwise book less bank.
    CONSTRAINT "reconciliation_item_difference" CHECK ("difference" = 0
        OR "difference" = (CASE "direction" WHEN 'out' THEN 1 ELSE -1 END) * (coalesce("book_amount", 0) - coalesce("bank_amount", 0)))
);
CREATE UNIQUE INDEX "reconciliation_item_brand_id_key_key" ON "reconciliation_item"("brand_id", "key");
CREATE INDEX "reconciliation_item_payout_id_idx" ON "reconciliation_item"("payout_id");
CREATE INDEX "reconciliation_item_report_id_idx" ON "reconciliation_item"("report_id");

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "bank_report" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "bank_booking" FOR EACH STATEMENT EXECUTE FUNCTION append_only();

ALTER TABLE "bank_report" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "bank_report" USING (kit.sees_brand(brand_id) AND kit.sees_partner('')) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "bank_booking" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "bank_booking" USING (kit.sees_brand(brand_id) AND kit.sees_partner('')) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "reconciliation_item" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "reconciliation_item" USING (kit.sees_brand(brand_id) AND kit.sees_partner('')) WITH CHECK (kit.sees_brand(brand_id));
