-- Payouts are written with the count and hash of their lines, which follow at once: nothing is added once they are all there.
CREATE OR REPLACE FUNCTION payout_lines_join_drafts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT taking_up_sent_payouts() AND EXISTS (SELECT 1 FROM (SELECT DISTINCT payout_id FROM added) AS line JOIN payout ON payout.id = line.payout_id
    WHERE payout.line_count <> (SELECT count(*) FROM payout_line every WHERE every.payout_id = payout.id)) THEN
    RAISE EXCEPTION 'nothing is added to a payout that was built' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$;
