-- Brands are named on statements.
ALTER TABLE "brand_profile" ADD COLUMN "name" TEXT NOT NULL DEFAULT '';

-- What a brand told a partner about a month of his account: never changed. What comes later stands in the next one.
CREATE TABLE "account_statement" (
    "id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "partner_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "period" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "booked_before" TIMESTAMPTZ(3) NOT NULL,
    "previous_id" TEXT,
    "opening" BIGINT NOT NULL,
    "closing" BIGINT NOT NULL,
    "closing_by" JSONB NOT NULL,
    "totals" JSONB NOT NULL,
    "line_count" INTEGER NOT NULL,
    "lines_hash" TEXT NOT NULL,
    "brand_name" TEXT NOT NULL,
    "method_id" TEXT,
    "content_hash" TEXT NOT NULL,
    "issued_by" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_statement_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "account_statement_previous_fkey" FOREIGN KEY ("previous_id") REFERENCES "account_statement" ("id"),
    CONSTRAINT "account_statement_month_is_over" CHECK ("issued_at" >= "booked_before")
);
CREATE UNIQUE INDEX "account_statement_brand_id_number_key" ON "account_statement"("brand_id", "number");
CREATE UNIQUE INDEX "account_statement_partner_id_brand_id_currency_period_key" ON "account_statement"("partner_id", "brand_id", "currency", "period");
-- One follows another: no two come after the same one.
CREATE UNIQUE INDEX "account_statement_previous_id_key" ON "account_statement"("previous_id");
CREATE UNIQUE INDEX "account_statement_first" ON "account_statement"("partner_id", "brand_id", "currency") WHERE "previous_id" IS NULL;

-- What moved the account: the effect of one transaction by one account.
CREATE TABLE "account_statement_line" (
    "statement_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "brand_id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "transaction_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "booked_at" TIMESTAMPTZ(3) NOT NULL,
    "effective_at" TIMESTAMPTZ(3) NOT NULL,
    "entry_id" TEXT,
    "payout_id" TEXT,

    CONSTRAINT "account_statement_line_pkey" PRIMARY KEY ("statement_id", "number"),
    CONSTRAINT "account_statement_line_statement_fkey" FOREIGN KEY ("statement_id") REFERENCES "account_statement" ("id") DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT "account_statement_line_transaction_fkey" FOREIGN KEY ("transaction_id") REFERENCES "ledger_transaction" ("id")
);
-- Whatever moves an account is in one statement.
CREATE UNIQUE INDEX "account_statement_line_transaction_id_account_key" ON "account_statement_line"("transaction_id", "account");

-- A month of a brand of which all statements are issued.
CREATE TABLE "statement_month" (
    "brand_id" TEXT NOT NULL,
    "period" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "statement_month_pkey" PRIMARY KEY ("brand_id", "period")
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "account_statement" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "account_statement_line" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "statement_month" FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- Numbers of a brand run on without a gap, whoever writes them.
CREATE FUNCTION statement_number_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('statements:' || NEW.brand_id));
  IF NEW.number <> 1 + coalesce((SELECT max(number) FROM account_statement WHERE brand_id = NEW.brand_id), 0) THEN
    RAISE EXCEPTION 'the number of a statement follows the last one of its brand' USING ERRCODE = '23514', CONSTRAINT = 'account_statement_number_follows';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER number_follows BEFORE INSERT ON "account_statement" FOR EACH ROW EXECUTE FUNCTION statement_number_follows();

-- At the commit: it begins where the one before ended, of the same account, and its lines make the difference.
CREATE FUNCTION statement_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moved bigint;
  counted integer;
  opening bigint := 0;
BEGIN
  IF NEW.previous_id IS NOT NULL THEN
    SELECT before.closing INTO opening FROM account_statement before
    WHERE before.id = NEW.previous_id AND before.period < NEW.period
      AND (before.partner_id, before.brand_id, before.currency) = (NEW.partner_id, NEW.brand_id, NEW.currency);
  END IF;
  SELECT coalesce(sum(amount), 0), count(*) INTO moved, counted FROM account_statement_line
  WHERE statement_id = NEW.id AND partner_id = NEW.partner_id AND brand_id = NEW.brand_id;
  IF opening IS DISTINCT FROM NEW.opening OR NEW.closing <> NEW.opening + moved OR NEW.line_count <> counted THEN
    RAISE EXCEPTION 'statement % does not add up', NEW.id USING ERRCODE = '23514', CONSTRAINT = 'account_statement_adds_up';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER adds_up AFTER INSERT ON "account_statement" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION statement_adds_up();

-- No line is added to a statement that is out.
CREATE FUNCTION statement_is_being_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM (SELECT DISTINCT statement_id FROM written) line JOIN account_statement s ON s.id = line.statement_id
    WHERE s.xmin::text <> pg_current_xact_id()::xid::text) THEN
    RAISE EXCEPTION 'the statement is issued' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER being_written AFTER INSERT ON "account_statement_line" REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION statement_is_being_written();

ALTER TABLE "account_statement" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "account_statement" USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "account_statement_line" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "account_statement_line" USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "statement_month" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "statement_month" USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
