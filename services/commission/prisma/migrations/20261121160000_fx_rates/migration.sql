-- Exchange rates of the whole platform, by day and source. Append-only. They belong to no brand, so everybody who may read rates sees them.
CREATE TABLE fx_rate (
  base        text NOT NULL,
  quote       text NOT NULL,
  date        date NOT NULL,
  source      text NOT NULL,
  -- As text: exactly what is evidence of a conversion.
  rate        text NOT NULL,
  -- The first that was recorded of a pair and day.
  counts      boolean NOT NULL,
  recorded_at timestamptz(3) NOT NULL,
  recorded_by text NOT NULL,
  PRIMARY KEY (base, quote, date, source),
  CHECK (base <> quote)
);
CREATE UNIQUE INDEX fx_rate_counts_key ON fx_rate (base, quote, date) WHERE counts;
CREATE INDEX fx_rate_date_idx ON fx_rate (date);
