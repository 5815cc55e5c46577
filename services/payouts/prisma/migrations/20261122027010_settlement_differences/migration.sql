-- What a bank or provider kept of a payment is the brand's cost; what it moved otherwise than told lies in suspense until a person says where it belongs.
ALTER TABLE "bank_booking" DROP CONSTRAINT "bank_booking_verdict";
ALTER TABLE "bank_booking" ADD CONSTRAINT "bank_booking_verdict" CHECK ("verdict" IN ('matched', 'different', 'doubled', 'extra', 'repeated', 'fee'));
ALTER TABLE "reconciliation_item" ADD COLUMN "booked_to" TEXT;
ALTER TABLE "reconciliation_item" ADD CONSTRAINT "reconciliation_item_booked_to" CHECK ("booked_to" IS NULL OR ("booked_to" IN ('rail-fees', 'brand-funds') AND "status" = 'resolved'));
