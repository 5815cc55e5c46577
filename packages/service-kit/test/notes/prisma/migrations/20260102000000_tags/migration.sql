ALTER TABLE note ADD COLUMN reminded_at timestamptz;
