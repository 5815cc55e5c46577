CREATE TABLE note (
  id text PRIMARY KEY,
  brand_id text NOT NULL,
  body text NOT NULL,
  version int NOT NULL DEFAULT 1
);
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON note USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));

-- Brands that have been heard of.
CREATE TABLE brand_profile (brand_id text PRIMARY KEY, name text NOT NULL, sequence int NOT NULL);

-- Append-only: what was done, by whom.
CREATE TABLE note_history (note_id text NOT NULL, what text NOT NULL, at timestamptz NOT NULL, actor_id text NOT NULL);
