-- The archive: every event once, in the order of arrival, chained by hashes. `event` is the canonical JSON (RFC 8785) that was hashed;
-- the columns beside it repeat what it says, to find it by, and are compared with it at each verification.
CREATE TABLE "audit_record" (
  "sequence" BIGINT NOT NULL,
  "recorded_at" TIMESTAMPTZ(3) NOT NULL,
  "event_id" UUID NOT NULL,
  "type" TEXT NOT NULL,
  "subject" TEXT NOT NULL,
  "about" TEXT,
  "brand_id" TEXT,
  "partner_id" TEXT,
  "event" TEXT NOT NULL,
  "previous_hash" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  CONSTRAINT "audit_record_pkey" PRIMARY KEY ("sequence", "recorded_at")
) PARTITION BY RANGE ("recorded_at");
-- Long events stand as they are: to compress them cost as much as to write them. What partitions are made of takes this over.
ALTER TABLE "audit_record" ALTER COLUMN "event" SET STORAGE EXTERNAL;
-- Found by ids: what an event is of, and the one thing besides that it is about.
CREATE INDEX "audit_record_subject_sequence_idx" ON "audit_record" ("subject", "sequence");
CREATE INDEX "audit_record_about_idx" ON "audit_record" ("about") WHERE "about" IS NOT NULL;
-- For lists: says of each stretch of the table which values it may hold. It costs next to nothing to write, unlike an entry for each record.
CREATE INDEX "audit_record_type_brand_id_partner_id_idx" ON "audit_record"
  USING brin ("type" text_bloom_ops, "brand_id" text_bloom_ops, "partner_id" text_bloom_ops) WITH (autosummarize = on);
CREATE TABLE "parts"."audit_record_default" PARTITION OF "audit_record" DEFAULT;
SELECT kit.ensure_monthly_partitions('audit_record', now(), 3);

-- An event is archived once, also when its inbox has forgotten it: a partitioned table could not hold that unique.
CREATE TABLE "audit_event" (
  "event_id" UUID NOT NULL,
  CONSTRAINT "audit_event_pkey" PRIMARY KEY ("event_id")
);

-- The end of the chain. Its lock makes the sequence gapless.
CREATE TABLE "chain_head" (
  "one" BOOLEAN NOT NULL DEFAULT true,
  "sequence" BIGINT NOT NULL,
  "hash" TEXT NOT NULL,
  "recorded_at" TIMESTAMPTZ(3),
  CONSTRAINT "chain_head_pkey" PRIMARY KEY ("one"),
  CONSTRAINT "chain_head_is_one" CHECK ("one")
);
INSERT INTO "chain_head" ("sequence", "hash") VALUES (0, repeat('0', 64));

ALTER TABLE "audit_record" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "audit_record" USING (kit.sees_brand("brand_id") AND kit.sees_partner("partner_id")) WITH CHECK (kit.sees_brand("brand_id") AND kit.sees_partner("partner_id"));
