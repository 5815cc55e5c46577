-- After a restore the books may be behind the rails: until they have been compared, and two people have said so, nothing is built,
-- approved or sent.
CREATE TABLE "payout_freeze" (
    "id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "frozen_by" TEXT NOT NULL,
    "frozen_at" TIMESTAMPTZ(3) NOT NULL,
    "checked_at" TIMESTAMPTZ(3),
    "findings" JSONB NOT NULL DEFAULT '[]',
    "findings_hash" TEXT,
    "release_reason" TEXT,
    "proposed_by" TEXT,
    "proposed_at" TIMESTAMPTZ(3),
    "released_by" TEXT,
    "released_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "payout_freeze_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "payout_freeze_reason" CHECK ("reason" <> ''),
    CONSTRAINT "payout_freeze_proposed_whole" CHECK (num_nulls("release_reason", "proposed_by", "proposed_at") IN (0, 3)),
    CONSTRAINT "payout_freeze_released_whole" CHECK (num_nulls("released_by", "released_at") IN (0, 2)),
    CONSTRAINT "payout_freeze_four_eyes" CHECK ("released_by" IS NULL OR ("proposed_by" IS NOT NULL AND "released_by" <> "proposed_by")),
    CONSTRAINT "payout_freeze_released_checked" CHECK ("released_by" IS NULL OR "findings_hash" IS NOT NULL)
);
-- One at a time.
CREATE UNIQUE INDEX "payout_freeze_one_open" ON "payout_freeze" ((true)) WHERE "released_at" IS NULL;

-- Who froze, why and when is never rewritten; a release is final, and of what was found when it was proposed.
CREATE FUNCTION payout_freeze_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.released_at IS NOT NULL
     OR (NEW.id, NEW.reason, NEW.frozen_by, NEW.frozen_at) IS DISTINCT FROM (OLD.id, OLD.reason, OLD.frozen_by, OLD.frozen_at)
     OR (NEW.released_at IS NOT NULL AND (NEW.proposed_by, NEW.proposed_at, NEW.release_reason, NEW.findings, NEW.findings_hash) IS DISTINCT FROM
         (OLD.proposed_by, OLD.proposed_at, OLD.release_reason, OLD.findings, OLD.findings_hash)) THEN
    RAISE EXCEPTION 'a freeze of payouts is not rewritten' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON "payout_freeze" FOR EACH ROW EXECUTE FUNCTION payout_freeze_is_kept();

CREATE FUNCTION payouts_frozen() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM payout_freeze WHERE released_at IS NULL)
$$;
-- Taking up what was sent before a restore is the one thing that may be done meanwhile; the program says that it does just that.
CREATE FUNCTION taking_up_sent_payouts() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('payouts.taking_up', true), '') = 'on' AND payouts_frozen()
$$;

-- For the hands of who restores a backup, before the service starts on it. The id is a TypeID of the moment.
CREATE FUNCTION freeze_payouts(why text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  hex text := lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(md5(gen_random_uuid()::text), 1, 3)
    || '8' || substr(md5(gen_random_uuid()::text), 1, 15);
  bits text := '00' || (('x' || hex)::bit(128))::text;
  made text := 'frz_';
BEGIN
  FOR i IN 0..25 LOOP
    made := made || substr('0123456789abcdefghjkmnpqrstvwxyz', substr(bits, 5 * i + 1, 5)::bit(5)::integer + 1, 1);
  END LOOP;
  INSERT INTO payout_freeze (id, reason, frozen_by, frozen_at) VALUES (made, why, 'system:payouts', now()) ON CONFLICT DO NOTHING;
  RETURN (SELECT id FROM payout_freeze WHERE released_at IS NULL);
END $$;

CREATE FUNCTION nothing_while_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF payouts_frozen() AND NOT taking_up_sent_payouts() THEN
    RAISE EXCEPTION 'payouts are frozen' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER not_while_frozen AFTER INSERT ON "payout_run" FOR EACH STATEMENT EXECUTE FUNCTION nothing_while_frozen();
CREATE TRIGGER not_sealed_while_frozen AFTER UPDATE OF "status" ON "payout_run" FOR EACH ROW
  WHEN (NEW."status" IS DISTINCT FROM OLD."status" AND NEW."status" IN ('sealed', 'submitting')) EXECUTE FUNCTION nothing_while_frozen();
CREATE TRIGGER not_tried_while_frozen AFTER UPDATE OF "attempted_at" ON "payout" FOR EACH STATEMENT EXECUTE FUNCTION nothing_while_frozen();

-- What was sent already is taken up with the method that it went to, which may be lost, or not verified, in an older backup.
CREATE OR REPLACE FUNCTION payouts_pay_usable_methods() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT taking_up_sent_payouts() AND EXISTS (SELECT 1 FROM added LEFT JOIN payout_method method ON method.id = added.method_id
             WHERE NOT (added.sandbox AND added.method_id IS NULL)
               AND NOT pays_usable_method(method, added.partner_id, added.brand_id, added.account_hmac, added.created_at)) THEN
    RAISE EXCEPTION 'a payout to a method that is not verified, cools down, is disabled or is another''s' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION payout_pays_usable_method() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  method payout_method;
BEGIN
  IF (NEW.partner_id, NEW.brand_id, NEW.method_id, NEW.account_hmac, NEW.sandbox, NEW.amount, NEW.currency) IS DISTINCT FROM
     (OLD.partner_id, OLD.brand_id, OLD.method_id, OLD.account_hmac, OLD.sandbox, OLD.amount, OLD.currency) THEN
    RAISE EXCEPTION 'where a payout goes, and how much, is not rewritten' USING ERRCODE = '23514';
  END IF;
  IF NEW.attempted_at IS NOT NULL AND OLD.attempted_at IS NULL AND NOT (NEW.sandbox AND NEW.method_id IS NULL) AND NOT taking_up_sent_payouts() THEN
    SELECT * INTO method FROM payout_method WHERE id = NEW.method_id;
    IF NOT pays_usable_method(method, NEW.partner_id, NEW.brand_id, NEW.account_hmac, NEW.attempted_at) THEN
      RAISE EXCEPTION 'a payout to a method that is not verified, cools down, is disabled or is another''s' USING ERRCODE = '23514';
    END IF;
  END IF;
  RETURN NEW;
END $$;
