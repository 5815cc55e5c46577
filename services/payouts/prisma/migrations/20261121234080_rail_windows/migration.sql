-- The window of a key begins with the first call that may have arrived, not when the request is written down.
ALTER TABLE "rail_batch" ALTER COLUMN "resend_until" DROP NOT NULL;
CREATE OR REPLACE FUNCTION rail_batch_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.rail, NEW.run_id, NEW.brand_id, NEW.funding_account_id, NEW.body) IS DISTINCT FROM
     (OLD.id, OLD.rail, OLD.run_id, OLD.brand_id, OLD.funding_account_id, OLD.body)
     OR (OLD.reference IS NOT NULL AND NEW.reference IS DISTINCT FROM OLD.reference)
     OR (OLD.resend_until IS NOT NULL AND NEW.resend_until IS DISTINCT FROM OLD.resend_until OR NEW.attempts < OLD.attempts)
        -- The only call so far never reached the rail: it is as if it had not been made.
        AND NOT (OLD.attempts = 1 AND NEW.attempts = 0 AND OLD.reference IS NULL AND NEW.resend_until IS NULL) THEN
    RAISE EXCEPTION 'what was asked of a rail is fixed' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
ALTER TABLE "rail_batch" ADD CONSTRAINT "rail_batch_called_within_window" CHECK (("attempts" = 0) = ("resend_until" IS NULL));
