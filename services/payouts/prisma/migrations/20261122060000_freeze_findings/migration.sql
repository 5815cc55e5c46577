-- What a comparison put into the books, written down in the transaction that put it there: whoever else compares at the same time, or
-- dies before it has told of it, takes nothing away from what two people are to see before they release.
CREATE TABLE "freeze_finding" (
    "freeze_id" TEXT NOT NULL,
    "payout_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "detail" TEXT NOT NULL,

    CONSTRAINT "freeze_finding_pkey" PRIMARY KEY ("freeze_id", "payout_id"),
    CONSTRAINT "freeze_finding_kind" CHECK ("kind" IN ('taken-up', 'was-sent')),
    CONSTRAINT "freeze_finding_freeze_fkey" FOREIGN KEY ("freeze_id") REFERENCES "payout_freeze"("id"),
    CONSTRAINT "freeze_finding_payout_fkey" FOREIGN KEY ("payout_id") REFERENCES "payout"("id")
);
