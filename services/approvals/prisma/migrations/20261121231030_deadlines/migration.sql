-- By when the stage that is due is to be decided, and since when it is known to be late.
ALTER TABLE "approval" ADD COLUMN "due_at" TIMESTAMPTZ(3), ADD COLUMN "escalated_at" TIMESTAMPTZ(3);
CREATE INDEX "approval_due" ON "approval" ("due_at")
  WHERE "due_at" IS NOT NULL AND "escalated_at" IS NULL AND "follows_entry_id" IS NULL AND "status" IN ('waiting', 'held');

-- What was late, once for each deadline. Never changed; it decides nothing.
CREATE TABLE "approval_escalation" (
  "approval_id" TEXT NOT NULL,
  "due_at" TIMESTAMPTZ(3) NOT NULL,
  "brand_id" TEXT NOT NULL,
  "escalated_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "approval_escalation_pkey" PRIMARY KEY ("approval_id", "due_at"),
  CONSTRAINT "approval_escalation_late" CHECK ("escalated_at" >= "due_at")
);
ALTER TABLE "approval_escalation" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "approval_escalation" USING (kit.sees_brand("brand_id")) WITH CHECK (kit.sees_brand("brand_id"));
