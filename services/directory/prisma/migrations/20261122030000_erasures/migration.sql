-- The erasure of a partner's personal data: asked for by one person, confirmed by another, done once nothing of theirs is open.
ALTER TABLE "partner" ALTER COLUMN "email" DROP NOT NULL, ADD COLUMN "erased_at" TIMESTAMPTZ(3);
CREATE TABLE "erasure" (
  "id"              TEXT PRIMARY KEY,
  "partner_id"      TEXT NOT NULL REFERENCES "partner"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  "status"          TEXT NOT NULL DEFAULT 'requested' CHECK ("status" IN ('requested', 'withdrawn', 'confirmed', 'erased')),
  "balance"         TEXT NOT NULL CHECK ("balance" IN ('pay-first', 'waived')),
  "requested_by"    TEXT NOT NULL,
  "requested_at"    TIMESTAMPTZ(3) NOT NULL,
  "withdrawn_by"    TEXT,
  "withdrawn_at"    TIMESTAMPTZ(3),
  "confirmed_by"    TEXT,
  "confirmed_at"    TIMESTAMPTZ(3),
  -- What payouts told last, and the number of that answer.
  "waiting_for"     JSONB NOT NULL DEFAULT '[]',
  "retained"        JSONB NOT NULL DEFAULT '[]',
  "answer_sequence" INTEGER NOT NULL DEFAULT 0,
  "erased_at"       TIMESTAMPTZ(3),
  CONSTRAINT "erasure_four_eyes" CHECK ("confirmed_by" <> "requested_by"),
  CONSTRAINT "erasure_confirmed" CHECK (("status" IN ('confirmed', 'erased')) = ("confirmed_by" IS NOT NULL) AND ("confirmed_by" IS NULL) = ("confirmed_at" IS NULL)),
  CONSTRAINT "erasure_withdrawn" CHECK (("status" = 'withdrawn') = ("withdrawn_by" IS NOT NULL) AND ("withdrawn_by" IS NULL) = ("withdrawn_at" IS NULL)),
  CONSTRAINT "erasure_done" CHECK (("status" = 'erased') = ("erased_at" IS NOT NULL))
);
-- One at a time, and none after it is done.
CREATE UNIQUE INDEX "erasure_open" ON "erasure" ("partner_id") WHERE "status" <> 'withdrawn';
CREATE INDEX "erasure_partner_id_idx" ON "erasure" ("partner_id");
ALTER TABLE "erasure" ENABLE ROW LEVEL SECURITY;
-- A partner is one identity over all brands: who sees some of them only, sees no erasure.
CREATE POLICY "every_brand" ON "erasure" USING (current_setting('app.brands', true) = '*') WITH CHECK (current_setting('app.brands', true) = '*');

-- Who asked and who confirmed stays as it was written, and nothing goes back.
CREATE FUNCTION erasure_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF ROW(OLD."id", OLD."partner_id", OLD."balance", OLD."requested_by", OLD."requested_at")
     IS DISTINCT FROM ROW(NEW."id", NEW."partner_id", NEW."balance", NEW."requested_by", NEW."requested_at") THEN
    RAISE EXCEPTION 'an erasure is not rewritten' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD."confirmed_by" IS NOT NULL AND NEW."confirmed_by" IS DISTINCT FROM OLD."confirmed_by" THEN
    RAISE EXCEPTION 'who confirmed an erasure is not rewritten' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW."status" <> OLD."status" AND (OLD."status", NEW."status") NOT IN (('requested', 'withdrawn'), ('requested', 'confirmed'), ('confirmed', 'erased')) THEN
    RAISE EXCEPTION 'an erasure does not go from % to %', OLD."status", NEW."status" USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "erasure_goes_forward" BEFORE UPDATE ON "erasure" FOR EACH ROW EXECUTE FUNCTION erasure_goes_forward();

-- Erased is who two people wanted erased; nothing personal is written of them again.
CREATE FUNCTION partner_stays_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."erased_at" IS NULL THEN
    IF OLD."erased_at" IS NOT NULL THEN RAISE EXCEPTION 'an erased partner does not come back' USING ERRCODE = 'check_violation'; END IF;
    IF NEW."email" IS NULL THEN RAISE EXCEPTION 'a partner has an address until it is erased' USING ERRCODE = 'check_violation'; END IF;
    RETURN NEW;
  END IF;
  IF OLD."erased_at" IS NULL AND NOT EXISTS (SELECT 1 FROM "erasure" e WHERE e."partner_id" = NEW."id" AND e."status" = 'erased') THEN
    RAISE EXCEPTION 'nobody confirmed the erasure of this partner' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW."email" IS NOT NULL OR NEW."external_id" IS NOT NULL OR NEW."attributes" <> '{}' OR NEW."name" <> 'Erased partner' THEN
    RAISE EXCEPTION 'the personal data of this partner has been erased' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "partner_stays_erased" BEFORE UPDATE ON "partner" FOR EACH ROW EXECUTE FUNCTION partner_stays_erased();

-- The application may not delete former contacts; with the owner's rights those of the erased go.
CREATE FUNCTION forget_former_contacts(subject text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM "partner" p WHERE p."id" = subject AND p."erased_at" IS NOT NULL) THEN
    RAISE EXCEPTION 'only of an erased partner the former contacts are forgotten' USING ERRCODE = 'check_violation';
  END IF;
  DELETE FROM "former_contact" WHERE "partner_id" = subject;
END $$;
