-- Partners whose data were erased: signals of them are deleted, and no hash of an account is kept of them. While a ban of one stands,
-- hashes stay too: they are what keeps the banned from coming back under another name.
CREATE TABLE "erased_partner" (
  "partner_id" TEXT NOT NULL,
  "erasure_id" TEXT NOT NULL,
  "erased_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "erased_partner_pkey" PRIMARY KEY ("partner_id")
);

CREATE FUNCTION is_banned(partner text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog AS $$
  SELECT EXISTS (
    SELECT 1 FROM "network_ban" b
    WHERE b."partner_id" = partner
      AND (b."source_ban_id" IS NOT NULL OR EXISTS (SELECT 1 FROM "network_ban_decision" d WHERE d."ban_id" = b."id" AND d."action" = 'confirm'))
      AND NOT EXISTS (SELECT 1 FROM "network_ban_decision" d WHERE d."ban_id" = b."id" AND d."action" = 'lift')
  )
$$;

-- Signals are append-only for the application; with the owner's rights those of the erased go.
CREATE FUNCTION forget_partners(subjects text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_catalog AS $$
  -- What is told of a partner while it is erased is seen by one of the two.
  SELECT pg_advisory_xact_lock(hashtext('erased ' || subject)) FROM (SELECT DISTINCT subject FROM unnest(subjects) AS subject ORDER BY subject) AS each;
  DELETE FROM "risk_signal" s USING "erased_partner" e WHERE e."partner_id" = ANY (subjects) AND s."subject_id" = e."partner_id" AND NOT is_banned(e."partner_id");
  UPDATE "risk_account" a SET "account_hmac" = 'erased ' || a."payout_method_id"
  FROM "erased_partner" e WHERE e."partner_id" = ANY (subjects) AND a."partner_id" = e."partner_id" AND NOT is_banned(e."partner_id") AND a."account_hmac" NOT LIKE 'erased %';
$$;

-- What a ban rested on goes with the ban.
CREATE FUNCTION forget_with_ban() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM forget_partners(ARRAY(SELECT b."partner_id" FROM "network_ban" b WHERE b."id" = NEW."ban_id"));
  RETURN NULL;
END $$;
CREATE TRIGGER "forget_with_ban" AFTER INSERT ON "network_ban_decision" FOR EACH ROW WHEN (NEW."action" = 'lift') EXECUTE FUNCTION forget_with_ban();
