"""From verdicts to a parcel's status, and the ledger of what is left."""
