-- What was recorded of a partner's tags, tier, parent and manager: appended, never changed. The numbers of one partner have no gaps.
CREATE TABLE "partner_change" (
  "partner_id"     TEXT NOT NULL REFERENCES "partner"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  "number"         INTEGER NOT NULL CHECK ("number" > 0),
  "change"         TEXT NOT NULL CHECK ("change" IN ('tag-set', 'tag-ended', 'tier', 'parent', 'manager')),
  -- Null takes tier, parent or manager away.
  "value"          TEXT,
  "effective_from" TIMESTAMPTZ(3) NOT NULL,
  "recorded_at"    TIMESTAMPTZ(3) NOT NULL,
  "recorded_by"    TEXT NOT NULL,
  PRIMARY KEY ("partner_id", "number")
);
-- From a parent to those below it.
CREATE INDEX "partner_change_value_change_idx" ON "partner_change" ("value", "change");
ALTER TABLE "partner_change" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "brand_scope" ON "partner_change"
  USING (EXISTS (SELECT 1 FROM "partner" p WHERE p."id" = "partner_change"."partner_id"))
  WITH CHECK (EXISTS (SELECT 1 FROM "partner" p WHERE p."id" = "partner_change"."partner_id"));

-- What is known of partners from before: when they were recorded was not kept. Spans that hold at no instant say nothing.
INSERT INTO "partner_change" ("partner_id", "number", "change", "value", "effective_from", "recorded_at", "recorded_by")
SELECT "partner_id", row_number() OVER (PARTITION BY "partner_id" ORDER BY "effective_from", "change"), "change", "value",
  "effective_from", least("effective_from", now()), 'system:directory'
FROM (
  SELECT "id" AS "partner_id", 'parent' AS "change", "parent_id" AS "value", "created_at" AS "effective_from" FROM "partner" WHERE "parent_id" IS NOT NULL
  UNION ALL
  SELECT "partner_id", 'tag-set', "tag", "effective_from" FROM "partner_tag" WHERE "effective_to" IS NULL OR "effective_from" < "effective_to"
  UNION ALL
  SELECT "partner_id", 'tag-ended', "tag", "effective_to" FROM "partner_tag" WHERE "effective_from" < "effective_to"
) said;

-- The changes hold the parents now.
DROP INDEX "partner_parent_id_idx";
ALTER TABLE "partner" DROP COLUMN "parent_id";

-- The changes of parent of a partner and of all who ever are above it, whoever asks: a cycle may go through partners whom the caller does not see.
CREATE FUNCTION parents_above(start text) RETURNS SETOF "partner_change"
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog AS $$
  WITH RECURSIVE above (partner_id) AS (
    SELECT start
    UNION
    SELECT c."value" FROM above a JOIN "partner_change" c ON c."partner_id" = a.partner_id AND c."change" = 'parent' AND c."value" IS NOT NULL
  )
  SELECT c.* FROM above a JOIN "partner_change" c ON c."partner_id" = a.partner_id AND c."change" = 'parent' ORDER BY c."partner_id", c."number"
$$;
