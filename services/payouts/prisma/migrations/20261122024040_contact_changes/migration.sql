-- When a partner's address was changed last: accounts entered around then cool down longer.
ALTER TABLE "partner_profile" ADD COLUMN "contact_changed_at" TIMESTAMPTZ(3);
