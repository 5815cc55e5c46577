-- A hit looks for the payouts that would pay what it holds.
CREATE INDEX "payout_part_partner_id_idx" ON "payout_part" ("partner_id");
