-- Projections of directory.
CREATE TABLE brand (
  brand_id           text NOT NULL PRIMARY KEY,
  sequence           integer NOT NULL,
  currency           text NOT NULL,
  time_zone          text NOT NULL,
  status             text NOT NULL,
  default_program_id text NOT NULL,
  program_ids        text[],
  hold_days          integer NOT NULL
);

CREATE TABLE partner (
  partner_id text NOT NULL PRIMARY KEY,
  sequence   integer NOT NULL,
  status     text NOT NULL
);

CREATE TABLE enrollment (
  enrollment_id text NOT NULL PRIMARY KEY,
  sequence      integer NOT NULL,
  partner_id    text NOT NULL,
  brand_id      text NOT NULL,
  program_id    text NOT NULL,
  status        text NOT NULL
);
CREATE INDEX enrollment_partner_id_brand_id_program_id_idx ON enrollment (partner_id, brand_id, program_id);

-- Append-only: the application role may not change or remove a version.
CREATE TABLE deal_version (
  deal_id        text NOT NULL,
  version        integer NOT NULL CHECK (version > 0),
  partner_id     text NOT NULL,
  brand_id       text NOT NULL,
  program_id     text NOT NULL,
  status         text NOT NULL CHECK (status IN ('draft', 'active', 'ended')),
  effective_from timestamptz(3) NOT NULL,
  recorded_at    timestamptz(3) NOT NULL,
  -- json, not jsonb: the document stays as it was hashed.
  terms          json NOT NULL,
  reason         text,
  author_id      text NOT NULL,
  document_hash  text NOT NULL,
  PRIMARY KEY (deal_id, version)
);
CREATE INDEX deal_version_brand_id_partner_id_idx ON deal_version (brand_id, partner_id);

CREATE TABLE conversion (
  conversion_id          text NOT NULL PRIMARY KEY,
  level                  smallint NOT NULL CHECK (level BETWEEN 0 AND 2),
  brand_id               text NOT NULL,
  program_id             text,
  partner_id             text,
  event_id               text,
  kind                   text,
  occurred_at            timestamptz(3),
  amount                 bigint,
  currency               text,
  original_conversion_id text,
  unattributed_reason    text,
  correlation_id         text,
  message_id             text,
  traceparent            text,
  rated_level            smallint NOT NULL DEFAULT 0,
  outcome                text,
  reason                 text,
  rating                 integer NOT NULL DEFAULT 0
) WITH (fillfactor = 75); -- each row is written once and rated once: room for the second version on the same page
CREATE INDEX conversion_original_conversion_id_idx ON conversion (original_conversion_id);
CREATE INDEX conversion_brand_id_partner_id_occurred_at_conversion_id_idx ON conversion (brand_id, partner_id, occurred_at, conversion_id);

-- The journal. Children by month of recording stand in schema parts; commission_scope keeps (scope, posting) unique.
CREATE TABLE commission_entry (
  entry_id            text NOT NULL,
  recorded_at         timestamptz(3) NOT NULL,
  scope               text NOT NULL,
  posting             integer NOT NULL CHECK (posting > 0),
  partner_id          text NOT NULL,
  brand_id            text NOT NULL,
  program_id          text NOT NULL,
  deal_id             text NOT NULL,
  deal_version        integer NOT NULL,
  engine_version      text NOT NULL,
  conversion_id       text NOT NULL,
  cause_conversion_id text,
  component           text NOT NULL,
  amount              bigint NOT NULL CHECK (amount <> 0),
  currency            text NOT NULL,
  reason              text NOT NULL,
  adjusts             text,
  occurred_at         timestamptz(3) NOT NULL,
  matures_at          timestamptz(3) NOT NULL,
  period              text NOT NULL,
  explanation         json NOT NULL,
  explanation_hash    text NOT NULL,
  PRIMARY KEY (entry_id, recorded_at)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX commission_entry_conversion_id_idx ON commission_entry (conversion_id);
CREATE INDEX commission_entry_partner_id_entry_id_idx ON commission_entry (partner_id, entry_id);
CREATE INDEX commission_entry_brand_id_period_idx ON commission_entry (brand_id, period);

CREATE TABLE commission_scope (
  scope             text NOT NULL PRIMARY KEY,
  brand_id          text NOT NULL,
  conversion_id     text,
  partner_id        text NOT NULL,
  deal_id           text NOT NULL,
  deal_version      integer NOT NULL,
  component         text NOT NULL,
  currency          text NOT NULL,
  net               bigint NOT NULL,
  postings          integer NOT NULL,
  original_entry_id text,
  running_sum       text,
  rounding          text
) WITH (fillfactor = 85);
CREATE INDEX commission_scope_conversion_id_idx ON commission_scope (conversion_id);

CREATE TABLE running_contribution (
  conversion_id text NOT NULL,
  scope         text NOT NULL,
  brand_id      text NOT NULL,
  exact         text NOT NULL,
  PRIMARY KEY (conversion_id, scope)
);

CREATE TABLE closed_period (
  brand_id  text NOT NULL,
  period    text NOT NULL,
  closed_at timestamptz(3) NOT NULL,
  closed_by text NOT NULL,
  entries   integer NOT NULL,
  amount    bigint NOT NULL,
  currency  text NOT NULL,
  PRIMARY KEY (brand_id, period)
);

-- What approvals and payouts say about entries.
CREATE TABLE entry_decision (
  entry_id text NOT NULL PRIMARY KEY,
  brand_id text NOT NULL,
  decision integer NOT NULL,
  outcome  text NOT NULL CHECK (outcome IN ('approved', 'held', 'rejected')),
  reason   text
);

CREATE TABLE payout_line (
  entry_id  text NOT NULL,
  payout_id text NOT NULL,
  brand_id  text NOT NULL,
  PRIMARY KEY (entry_id, payout_id)
);

CREATE TABLE payout_progress (
  payout_id text NOT NULL PRIMARY KEY,
  brand_id  text NOT NULL,
  step      smallint NOT NULL,
  state     text NOT NULL
);

-- Row-level security stands behind the scope of every query: a caller sees its own brands, a partner only itself.
ALTER TABLE brand ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON brand USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE enrollment ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON enrollment USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE deal_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON deal_version USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE conversion ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON conversion USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE commission_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON commission_entry USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE commission_scope ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON commission_scope USING (kit.sees_brand(brand_id) AND kit.sees_partner(partner_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE running_contribution ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON running_contribution USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE closed_period ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON closed_period USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE entry_decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON entry_decision USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE payout_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON payout_line USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
ALTER TABLE payout_progress ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON payout_progress USING (kit.sees_brand(brand_id)) WITH CHECK (kit.sees_brand(brand_id));
