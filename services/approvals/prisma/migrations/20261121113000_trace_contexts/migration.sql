-- The W3C trace context in which an entry arrived: a person who decides days later is linked back to it.
ALTER TABLE approval ADD COLUMN traceparent text;
