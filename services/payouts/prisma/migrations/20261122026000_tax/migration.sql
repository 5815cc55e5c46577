-- Tax: forms of partners, dated rates and thresholds, what was decided for each payout, self-billing.

ALTER TABLE "partner_profile" ADD COLUMN "country" TEXT;

CREATE TABLE "tax_form" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "refuses" TEXT,
    "content" TEXT NOT NULL,
    "tin_hint" TEXT,
    "country" TEXT,
    "treaty_article" TEXT,
    "treaty_rate" TEXT,
    "backup_withholding" BOOLEAN NOT NULL,
    "corporation" BOOLEAN NOT NULL,
    "signed_on" TEXT,
    "expires_on" TEXT,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "decision" TEXT,
    "declined_reason" TEXT,
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "tax_form_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "tax_form_kind" CHECK ("kind" IN ('W-9', 'W-8BEN', 'W-8BEN-E', 'refusal') AND ("kind" = 'refusal') = ("refuses" IS NOT NULL) AND ("kind" = 'refusal') = ("signed_on" IS NULL)),
    CONSTRAINT "tax_form_decided_whole" CHECK (num_nulls("decision", "decided_by", "decided_at") IN (0, 3)),
    CONSTRAINT "tax_form_decision" CHECK ("decision" IN ('verify', 'decline') AND ("decision" = 'decline') = ("declined_reason" IS NOT NULL) OR "decision" IS NULL AND "declined_reason" IS NULL),
    CONSTRAINT "tax_form_four_eyes" CHECK ("decided_by" <> "created_by")
);
CREATE UNIQUE INDEX "tax_form_partner_id_version_key" ON "tax_form"("partner_id", "version");

CREATE TABLE "vat_registration" (
    "id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "country" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "number_hint" TEXT,
    "rate" TEXT NOT NULL,
    "valid_from" TEXT NOT NULL,
    "valid_until" TEXT,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "decision" TEXT,
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "vat_registration_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "vat_registration_days" CHECK ("valid_until" IS NULL OR "valid_until" >= "valid_from"),
    CONSTRAINT "vat_registration_decided_whole" CHECK (num_nulls("decision", "decided_by", "decided_at") IN (0, 3) AND "decision" IN ('verify', 'decline')),
    CONSTRAINT "vat_registration_four_eyes" CHECK ("decided_by" <> "created_by")
);
CREATE UNIQUE INDEX "vat_registration_partner_id_version_key" ON "vat_registration"("partner_id", "version");

-- What a partner has handed in is never rewritten, nor what was decided about it: a change is a new version.
CREATE FUNCTION tax_paper_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  decided text[] := ARRAY['decision', 'decided_by', 'decided_at', 'declined_reason'];
BEGIN
  IF TG_OP = 'DELETE' OR OLD.decision IS NOT NULL OR to_jsonb(NEW) - decided IS DISTINCT FROM to_jsonb(OLD) - decided THEN
    RAISE EXCEPTION 'what was handed in and decided is not rewritten: say a new version' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON "tax_form" FOR EACH ROW EXECUTE FUNCTION tax_paper_is_kept();
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON "vat_registration" FOR EACH ROW EXECUTE FUNCTION tax_paper_is_kept();

CREATE TABLE "tax_rule" (
    "kind" TEXT NOT NULL,
    "valid_from" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "value" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tax_rule_pkey" PRIMARY KEY ("kind", "valid_from", "revision"),
    CONSTRAINT "tax_rule_kind" CHECK ("kind" IN ('backup-withholding-rate', 'nonresident-withholding-rate', '1099-nec-threshold'))
);
INSERT INTO "tax_rule" VALUES
  ('backup-withholding-rate', '1900-01-01', 1, '0.28', 'IRC 3406 as until 2017', 'release', '2026-01-01T00:00:00Z'),
  ('backup-withholding-rate', '2018-01-01', 1, '0.24', 'IRC 3406, Public Law 115-97', 'release', '2026-01-01T00:00:00Z'),
  ('nonresident-withholding-rate', '1900-01-01', 1, '0.30', 'IRC 1441, 1442', 'release', '2026-01-01T00:00:00Z'),
  ('1099-nec-threshold', '1900-01-01', 1, '60000', 'IRC 6041A as until 2025', 'release', '2026-01-01T00:00:00Z'),
  ('1099-nec-threshold', '2026-01-01', 1, '200000', 'Public Law 119-21, section 70433', 'release', '2026-01-01T00:00:00Z');

CREATE TABLE "tax_profile" (
    "brand_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "country" TEXT NOT NULL,
    "us_source" BOOLEAN NOT NULL,
    "content" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tax_profile_pkey" PRIMARY KEY ("brand_id", "version")
);

CREATE TABLE "self_billing_agreement" (
    "id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "valid_from" TEXT NOT NULL,
    "valid_until" TEXT NOT NULL,
    "text_version" TEXT NOT NULL,
    "text_sha256" TEXT NOT NULL,
    "offered_by" TEXT NOT NULL,
    "offered_at" TIMESTAMPTZ(3) NOT NULL,
    "consented_by" TEXT,
    "consented_at" TIMESTAMPTZ(3),
    "consent_by" TEXT,
    "evidence" TEXT,
    "ended_by" TEXT,
    "ended_at" TIMESTAMPTZ(3),
    "ends_on" TEXT,
    "end_reason" TEXT,

    CONSTRAINT "self_billing_agreement_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "self_billing_agreement_twelve_months" CHECK ("valid_from" <= "valid_until" AND "valid_until"::date < "valid_from"::date + interval '12 months'),
    CONSTRAINT "self_billing_agreement_consent_whole" CHECK (num_nulls("consented_by", "consented_at", "consent_by") IN (0, 3)
        AND CASE "consent_by" WHEN 'own-account' THEN "evidence" IS NULL WHEN 'signed-document' THEN "evidence" IS NOT NULL ELSE "consent_by" IS NULL AND "evidence" IS NULL END),
    CONSTRAINT "self_billing_agreement_four_eyes" CHECK ("consented_by" <> "offered_by"),
    CONSTRAINT "self_billing_agreement_ended_whole" CHECK (num_nulls("ended_by", "ended_at", "ends_on", "end_reason") IN (0, 4))
);
CREATE INDEX "self_billing_agreement_brand_id_partner_id_idx" ON "self_billing_agreement"("brand_id", "partner_id");
CREATE FUNCTION self_billing_agreement_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ending text[] := ARRAY['ended_by', 'ended_at', 'ends_on', 'end_reason'];
  consent text[] := ARRAY['consented_by', 'consented_at', 'consent_by', 'evidence'];
BEGIN
  IF TG_OP = 'DELETE' OR OLD.ended_by IS NOT NULL
     OR to_jsonb(NEW) - ending - consent IS DISTINCT FROM to_jsonb(OLD) - ending - consent
     OR (OLD.consented_by IS NOT NULL AND to_jsonb(NEW) - ending IS DISTINCT FROM to_jsonb(OLD) - ending) THEN
    RAISE EXCEPTION 'an agreement is not rewritten: offer a new one' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON "self_billing_agreement" FOR EACH ROW EXECUTE FUNCTION self_billing_agreement_is_kept();

-- What was decided for a payout when its run was built, and by what.
CREATE TABLE "payout_tax" (
    "payout_id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "day" TEXT NOT NULL,
    "base" BIGINT NOT NULL,
    "withheld" BIGINT NOT NULL,
    "withholding_rate" TEXT NOT NULL,
    "withholding_reason" TEXT NOT NULL,
    "tax_form_id" TEXT,
    "vat_net" BIGINT NOT NULL,
    "vat" BIGINT NOT NULL,
    "vat_rate" TEXT NOT NULL,
    "vat_treatment" TEXT NOT NULL,
    "vat_reason" TEXT NOT NULL,
    "registration_id" TEXT,
    "agreement_id" TEXT,

    CONSTRAINT "payout_tax_pkey" PRIMARY KEY ("payout_id"),
    CONSTRAINT "payout_tax_payout_fkey" FOREIGN KEY ("payout_id") REFERENCES "payout"("id"),
    CONSTRAINT "payout_tax_withheld" CHECK ("withheld" BETWEEN 0 AND "base"),
    CONSTRAINT "payout_tax_vat" CHECK ("vat" >= 0 AND ("vat_treatment" = 'none') = ("agreement_id" IS NULL) AND ("agreement_id" IS NULL) = ("registration_id" IS NULL) AND ("vat" = 0 OR "vat_treatment" = 'charged'))
);
CREATE INDEX "payout_tax_run_id_idx" ON "payout_tax"("run_id");

CREATE TABLE "self_billed_invoice" (
    "id" TEXT NOT NULL,
    "brand_id" TEXT NOT NULL,
    "partner_id" TEXT NOT NULL,
    "payout_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "corrects" TEXT,
    "agreement_id" TEXT NOT NULL,
    "issued_on" TEXT NOT NULL,
    "tax_point" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "net" BIGINT NOT NULL,
    "rate" TEXT NOT NULL,
    "vat" BIGINT NOT NULL,
    "gross" BIGINT NOT NULL,
    "treatment" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "self_billed_invoice_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "self_billed_invoice_payout_fkey" FOREIGN KEY ("payout_id") REFERENCES "payout"("id"),
    CONSTRAINT "self_billed_invoice_agreement_fkey" FOREIGN KEY ("agreement_id") REFERENCES "self_billing_agreement"("id"),
    CONSTRAINT "self_billed_invoice_corrects_fkey" FOREIGN KEY ("corrects") REFERENCES "self_billed_invoice"("id"),
    CONSTRAINT "self_billed_invoice_kind" CHECK ("kind" IN ('invoice', 'credit-note') AND ("kind" = 'credit-note') = ("corrects" IS NOT NULL)),
    CONSTRAINT "self_billed_invoice_adds_up" CHECK ("gross" = "net" + "vat" AND "vat" >= 0)
);
CREATE UNIQUE INDEX "self_billed_invoice_brand_id_number_key" ON "self_billed_invoice"("brand_id", "number");
CREATE UNIQUE INDEX "self_billed_invoice_payout_id_kind_key" ON "self_billed_invoice"("payout_id", "kind");

-- Numbers follow each other; on its tax point an agreement that both made and a verified VAT number count; and the figures are those of the payout.
CREATE FUNCTION self_billed_invoice_is_right() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM self_billed_invoice WHERE brand_id = NEW.brand_id) THEN
    RAISE EXCEPTION 'numbers of invoices follow each other' USING ERRCODE = '23514';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM self_billing_agreement a WHERE a.id = NEW.agreement_id AND a.brand_id = NEW.brand_id AND a.partner_id = NEW.partner_id
                 AND a.consented_by IS NOT NULL AND NEW.tax_point BETWEEN a.valid_from AND a.valid_until AND (a.ends_on IS NULL OR NEW.tax_point <= a.ends_on)) THEN
    RAISE EXCEPTION 'a self-billed invoice without an agreement that counts' USING ERRCODE = '23514';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM payout_tax t JOIN vat_registration r ON r.id = t.registration_id
                 WHERE t.payout_id = NEW.payout_id AND (t.vat_net, t.vat, t.vat_rate, t.day, t.agreement_id) = (NEW.net, NEW.vat, NEW.rate, NEW.tax_point, NEW.agreement_id)
                   AND r.partner_id = NEW.partner_id AND r.decision = 'verify' AND r.number_hint IS NOT NULL AND r.valid_from <= NEW.tax_point AND (r.valid_until IS NULL OR NEW.tax_point <= r.valid_until)) THEN
    RAISE EXCEPTION 'a self-billed invoice without a VAT number that counts, or of other figures' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER is_right BEFORE INSERT ON "self_billed_invoice" FOR EACH ROW EXECUTE FUNCTION self_billed_invoice_is_right();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "tax_rule" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "tax_profile" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "payout_tax" FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "self_billed_invoice" FOR EACH STATEMENT EXECUTE FUNCTION append_only();

ALTER TABLE "tax_form" ENABLE ROW LEVEL SECURITY;
CREATE POLICY partner_scope ON "tax_form" USING (kit.sees_partner(partner_id)) WITH CHECK (kit.sees_partner(partner_id));
ALTER TABLE "vat_registration" ENABLE ROW LEVEL SECURITY;
CREATE POLICY partner_scope ON "vat_registration" USING (kit.sees_partner(partner_id)) WITH CHECK (kit.sees_partner(partner_id));
ALTER TABLE "tax_profile" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "tax_profile" USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "self_billing_agreement" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "self_billing_agreement" USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id));
ALTER TABLE "payout_tax" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "payout_tax" USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE "self_billed_invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON "self_billed_invoice" USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
