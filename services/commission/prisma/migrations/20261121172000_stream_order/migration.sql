-- Streams are folded in one order, by the codes of characters: what is read after a position must not hang on the collation of the database.
ALTER TABLE stream_record ALTER COLUMN event_id TYPE text COLLATE "C", ALTER COLUMN conversion_id TYPE text COLLATE "C";
ALTER TABLE stream_checkpoint ALTER COLUMN event_id TYPE text COLLATE "C", ALTER COLUMN conversion_id TYPE text COLLATE "C";
