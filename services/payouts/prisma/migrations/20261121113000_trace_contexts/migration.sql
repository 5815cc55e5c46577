-- W3C trace contexts, so that what is done weeks later links back to what led to it.
ALTER TABLE entry ADD COLUMN traceparent text, ADD COLUMN decision_traceparent text;
ALTER TABLE payout_run ADD COLUMN traceparents text[] DEFAULT '{}';
ALTER TABLE payout ADD COLUMN traceparent text;
