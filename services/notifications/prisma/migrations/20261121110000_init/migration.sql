-- What the directory says of brands and partners, as far as messages need it. No name and no address of a partner.
CREATE TABLE "brand_name" (
  "brand_id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "sequence" INTEGER NOT NULL,
  CONSTRAINT "brand_name_pkey" PRIMARY KEY ("brand_id")
);
CREATE TABLE "partner_status" (
  "partner_id" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "sequence" INTEGER NOT NULL,
  CONSTRAINT "partner_status_pkey" PRIMARY KEY ("partner_id")
);

-- One message per key (what happened, to what): the same fact never asks for two.
CREATE TABLE "message" (
  "id" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "partner_id" TEXT NOT NULL,
  -- None when it concerns the partner as a whole.
  "brand_id" TEXT,
  "template" TEXT NOT NULL,
  "about" TEXT NOT NULL,
  "facts" JSONB NOT NULL,
  "status" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "error" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
  -- By the wall clock: until then the process that sends is believed to be alive.
  "leased_until" TIMESTAMPTZ(3),
  "sent_at" TIMESTAMPTZ(3),
  "correlation_id" TEXT NOT NULL,
  "causation_id" TEXT NOT NULL,
  "traceparent" TEXT,
  CONSTRAINT "message_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "message_status_known" CHECK ("status" IN ('queued', 'sending', 'sent', 'failed')),
  CONSTRAINT "message_sent_when" CHECK (("status" = 'sent') = ("sent_at" IS NOT NULL)),
  CONSTRAINT "message_sending_leased" CHECK ("status" <> 'sending' OR "leased_until" IS NOT NULL),
  CONSTRAINT "message_failed_why" CHECK ("status" <> 'failed' OR "error" IS NOT NULL)
);
CREATE UNIQUE INDEX "message_key_key" ON "message" ("key");
CREATE INDEX "message_status_next_attempt_at_idx" ON "message" ("status", "next_attempt_at");
CREATE INDEX "message_partner_id_id_idx" ON "message" ("partner_id", "id");

ALTER TABLE "brand_name" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "brand_name" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
ALTER TABLE "message" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "message" USING (kit.sees_brand(coalesce("brand_id", '')) AND kit.sees_partner("partner_id"))
  WITH CHECK (kit.sees_brand(coalesce("brand_id", '')));
