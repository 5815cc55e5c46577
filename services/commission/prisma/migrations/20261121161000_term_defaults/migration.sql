-- What the brand chooses for every policy that its deals leave open, and its margin guard.
ALTER TABLE brand ADD COLUMN term_defaults jsonb NOT NULL DEFAULT '{}';
