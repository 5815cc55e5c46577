-- What a bank has sent back is not sent there again by itself: a person makes sure of the account anew.
ALTER TABLE "payout_method" ADD COLUMN "returned_at" TIMESTAMPTZ(3), ADD COLUMN "returns" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "payout_method" ADD CONSTRAINT "payout_method_returned_whole" CHECK (("returned_at" IS NULL) = ("returns" = 0));

CREATE OR REPLACE FUNCTION payout_method_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE'
     OR (NEW.id, NEW.partner_id, NEW.kind, NEW.account, NEW.account_hmac, NEW.brand_ids, NEW.created_by, NEW.created_at) IS DISTINCT FROM
        (OLD.id, OLD.partner_id, OLD.kind, OLD.account, OLD.account_hmac, OLD.brand_ids, OLD.created_by, OLD.created_at)
     OR NEW.usable_from < OLD.usable_from OR (OLD.status = 'disabled' AND NEW.status <> 'disabled')
     OR NEW.returns < OLD.returns OR (OLD.returned_at IS NOT NULL AND (NEW.returned_at IS NULL OR NEW.returned_at < OLD.returned_at))
     OR (OLD.verified_by IS NOT NULL AND (NEW.verified_by, NEW.verified_at, NEW.verified_by_means) IS DISTINCT FROM (OLD.verified_by, OLD.verified_at, OLD.verified_by_means)
         AND NOT coalesce(OLD.verified_at <= OLD.returned_at AND NEW.verified_at > OLD.returned_at, false)) THEN
    RAISE EXCEPTION 'a payout method is not rewritten: say a new one' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;

-- As before, and verified since the last return.
CREATE OR REPLACE FUNCTION pays_usable_method(method "payout_method", a_partner text, a_brand text, hmac text, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT (method).id IS NOT NULL AND (method).status = 'active' AND (method).partner_id = a_partner AND (method).account_hmac = hmac AND (method).usable_from <= at
    AND (cardinality((method).brand_ids) = 0 OR a_brand = ANY ((method).brand_ids))
    AND ((method).kind = 'simulated' OR coalesce((method).verified_at <= at AND ((method).returned_at IS NULL OR (method).verified_at > (method).returned_at), false))
$$;
