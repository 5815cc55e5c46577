-- Who a partner was written to before: kept, so that a change is told where the attacker is not.
ALTER TABLE "partner" ADD COLUMN "contact_changed_at" TIMESTAMPTZ(3);
CREATE TABLE "former_contact" (
  "partner_id"  TEXT NOT NULL REFERENCES "partner"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  "replaced_at" TIMESTAMPTZ(3) NOT NULL,
  "name"        TEXT NOT NULL,
  "email"       TEXT NOT NULL,
  "replaced_by" TEXT NOT NULL,
  PRIMARY KEY ("partner_id", "replaced_at")
);
ALTER TABLE "former_contact" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "former_contact"
  USING (EXISTS (SELECT 1 FROM "partner" p WHERE p."id" = "former_contact"."partner_id"))
  WITH CHECK (EXISTS (SELECT 1 FROM "partner" p WHERE p."id" = "former_contact"."partner_id"));
