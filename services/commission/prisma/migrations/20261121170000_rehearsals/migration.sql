-- Simulations and recalculations: what was asked, how far it has come, what came out. All that they rate is rolled back.
CREATE TABLE rehearsal (
  rehearsal_id text NOT NULL PRIMARY KEY,
  kind         text NOT NULL CHECK (kind IN ('simulation', 'recalculation')),
  brand_id     text NOT NULL,
  partner_id   text,
  request      json NOT NULL,
  status       text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
  done         integer NOT NULL DEFAULT 0,
  total        integer NOT NULL DEFAULT 0,
  attempts     integer NOT NULL DEFAULT 0,
  result       json,
  failure      text,
  actor_id     text NOT NULL,
  requested_at timestamptz(3) NOT NULL,
  finished_at  timestamptz(3),
  CONSTRAINT rehearsal_ends_one_way CHECK (
    (result IS NOT NULL) = (status = 'done') AND (failure IS NOT NULL) = (status = 'failed') AND (finished_at IS NOT NULL) = (status IN ('done', 'failed')))
);
-- What is about several partners is for none of them: whoever is bound to one sees nothing of it.
ALTER TABLE rehearsal ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_scope ON rehearsal USING (kit.sees_brand(brand_id) AND kit.sees_partner(coalesce(partner_id, 'nobody'))) WITH CHECK (kit.sees_brand(brand_id));
