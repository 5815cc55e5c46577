-- Where less than a cent is added up, all conversions of a deal post into one scope: what a refund corrects is the first entry of its own.
ALTER TABLE running_contribution ADD COLUMN first_entry_id text;
UPDATE running_contribution SET first_entry_id = (
  SELECT entry_id FROM commission_entry AS entry
  WHERE entry.conversion_id = running_contribution.conversion_id AND entry.scope = running_contribution.scope ORDER BY posting LIMIT 1
);
UPDATE commission_scope SET original_entry_id = NULL WHERE running_sum IS NOT NULL;
