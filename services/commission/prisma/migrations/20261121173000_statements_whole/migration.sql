-- Statements stay whole up to a page, without compression, as entries and events do: to compress one costs more than all else about
-- writing it, and the month after reads each.
ALTER TABLE statement SET (toast_tuple_target = 8160);
