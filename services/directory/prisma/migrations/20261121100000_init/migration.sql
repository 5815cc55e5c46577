-- Brands, their programmes, partners (one identity over all brands), tags by effective date, enrolments.
CREATE TABLE "brand" (
  "id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "slug" TEXT NOT NULL,
  "currency" CHAR(3) NOT NULL,
  "time_zone" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'active',
  "default_program_id" TEXT NOT NULL,
  "policy" JSONB NOT NULL,
  "sequence" INTEGER NOT NULL DEFAULT 1,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "brand_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "brand_slug_key" ON "brand" ("slug");

CREATE TABLE "program" (
  "id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "is_default" BOOLEAN NOT NULL,
  CONSTRAINT "program_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "program_brand_id_idx" ON "program" ("brand_id");

CREATE TABLE "partner" (
  "id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "email" TEXT NOT NULL,
  "country" CHAR(2),
  "type" TEXT NOT NULL,
  "external_id" TEXT,
  "parent_id" TEXT,
  "status" TEXT NOT NULL DEFAULT 'active',
  "risk_level" TEXT NOT NULL DEFAULT 'low',
  "attributes" JSONB NOT NULL DEFAULT '{}',
  -- Brands of the caller who registered it, so that a brand-scoped caller sees its new partner before the first enrolment.
  "origin_brand_ids" TEXT[] NOT NULL DEFAULT '{}',
  "sequence" INTEGER NOT NULL DEFAULT 1,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "partner_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "partner_external_id_key" ON "partner" ("external_id");
CREATE INDEX "partner_parent_id_idx" ON "partner" ("parent_id");

CREATE TABLE "partner_tag" (
  "partner_id" TEXT NOT NULL,
  "tag" TEXT NOT NULL,
  "effective_from" TIMESTAMPTZ(3) NOT NULL,
  "effective_to" TIMESTAMPTZ(3),
  CONSTRAINT "partner_tag_pkey" PRIMARY KEY ("partner_id", "tag", "effective_from")
);
CREATE INDEX "partner_tag_tag_idx" ON "partner_tag" ("tag", "partner_id");

CREATE TABLE "enrollment" (
  "id" TEXT NOT NULL,
  "partner_id" TEXT NOT NULL,
  "brand_id" TEXT NOT NULL,
  "program_id" TEXT NOT NULL,
  "status" TEXT NOT NULL DEFAULT 'active',
  "enrolled_at" TIMESTAMPTZ(3) NOT NULL,
  "sequence" INTEGER NOT NULL DEFAULT 1,
  CONSTRAINT "enrollment_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "enrollment_partner_id_brand_id_program_id_key" ON "enrollment" ("partner_id", "brand_id", "program_id");
CREATE INDEX "enrollment_brand_id_idx" ON "enrollment" ("brand_id");

ALTER TABLE "program" ADD CONSTRAINT "program_brand_id_fkey" FOREIGN KEY ("brand_id") REFERENCES "brand" ("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "partner_tag" ADD CONSTRAINT "partner_tag_partner_id_fkey" FOREIGN KEY ("partner_id") REFERENCES "partner" ("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_partner_id_fkey" FOREIGN KEY ("partner_id") REFERENCES "partner" ("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_program_id_fkey" FOREIGN KEY ("program_id") REFERENCES "program" ("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- A brand-scoped caller sees its brands, and a partner only through an enrolment there (or because it registered it).
ALTER TABLE "brand" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "brand" USING (kit.sees_brand("id")) WITH CHECK (kit.sees_brand("id"));
ALTER TABLE "program" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "program" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "enrollment" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "enrollment" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "partner" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "partner"
  USING (
    current_setting('app.brands', true) = '*'
    OR EXISTS (SELECT 1 FROM unnest("origin_brand_ids") AS origin WHERE kit.sees_brand(origin))
    OR EXISTS (SELECT 1 FROM "enrollment" e WHERE e."partner_id" = "partner"."id" AND kit.sees_brand(e."brand_id"))
  )
  WITH CHECK (true);
ALTER TABLE "partner_tag" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "partner_tag"
  USING (EXISTS (SELECT 1 FROM "partner" p WHERE p."id" = "partner_tag"."partner_id"))
  WITH CHECK (EXISTS (SELECT 1 FROM "partner" p WHERE p."id" = "partner_tag"."partner_id"));
