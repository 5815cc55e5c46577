-- Who decides on what, as a table that a brand writes. A version is never changed; it counts once another person has accepted it.
CREATE TABLE "routing_policy" (
  "brand_id" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "effective_from" TIMESTAMPTZ(3) NOT NULL,
  "rows" JSONB NOT NULL,
  "reason" TEXT NOT NULL,
  "author_id" TEXT NOT NULL,
  "recorded_at" TIMESTAMPTZ(3) NOT NULL,
  "document_hash" CHAR(64) NOT NULL,
  CONSTRAINT "routing_policy_pkey" PRIMARY KEY ("brand_id", "version"),
  CONSTRAINT "routing_policy_version_counts" CHECK ("version" > 0),
  CONSTRAINT "routing_policy_has_rows" CHECK (jsonb_typeof("rows") = 'array' AND jsonb_array_length("rows") > 0)
);
CREATE UNIQUE INDEX "routing_policy_author" ON "routing_policy" ("brand_id", "version", "author_id");

-- The author stands here once more, tied to the version by the foreign key, so that a CHECK can hold the two persons apart.
CREATE TABLE "routing_policy_acceptance" (
  "brand_id" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "author_id" TEXT NOT NULL,
  "accepted_by" TEXT NOT NULL,
  "accepted_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "routing_policy_acceptance_pkey" PRIMARY KEY ("brand_id", "version"),
  CONSTRAINT "routing_policy_acceptance_of" FOREIGN KEY ("brand_id", "version", "author_id") REFERENCES "routing_policy" ("brand_id", "version", "author_id"),
  CONSTRAINT "routing_policy_four_eyes" CHECK ("accepted_by" <> "author_id")
);

ALTER TABLE "routing_policy" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "routing_policy" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "routing_policy_acceptance" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "routing_policy_acceptance" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));

-- The row that routed it, with the facts that were looked at. Null for what was routed before tables were.
ALTER TABLE "approval" ADD COLUMN "routing" JSONB;

-- What rows ask about beside the entry itself.
ALTER TABLE "partner_profile" ADD COLUMN "tags" JSONB NOT NULL DEFAULT '[]';
CREATE INDEX "risk_hit_brand_id_created_at_idx" ON "risk_hit" ("brand_id", "created_at");
