-- Keys of programs and persons: only their hashes.
CREATE TABLE "api_key" (
  "id" TEXT NOT NULL,
  "key_hash" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "roles" TEXT[] NOT NULL,
  "brand_ids" TEXT[] NOT NULL,
  "partner_id" TEXT,
  "status" TEXT NOT NULL DEFAULT 'active',
  "created_by" TEXT NOT NULL,
  "sequence" INTEGER NOT NULL DEFAULT 1,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "api_key_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "api_key_has_roles" CHECK (cardinality("roles") > 0),
  CONSTRAINT "api_key_status_known" CHECK ("status" IN ('active', 'revoked'))
);
CREATE UNIQUE INDEX "api_key_key_hash_key" ON "api_key" ("key_hash");

-- What the directory says of brands: a key's brands must exist.
CREATE TABLE "brand_seen" (
  "brand_id" TEXT NOT NULL,
  "sequence" INTEGER NOT NULL,
  CONSTRAINT "brand_seen_pkey" PRIMARY KEY ("brand_id")
);
