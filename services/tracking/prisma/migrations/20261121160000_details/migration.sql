-- What was bought, traded or played, as the sender said it: see ConversionDetails of the contracts. Null when nothing was said.
ALTER TABLE conversions ADD COLUMN details json;
-- How often the conversion was attributed since it was recorded: of what is told of it the highest revision holds.
ALTER TABLE conversions ADD COLUMN revision integer NOT NULL DEFAULT 0;
