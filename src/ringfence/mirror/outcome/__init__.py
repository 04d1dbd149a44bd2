"""What came of a decision, beside what else could have been done: branches, differences and the ledger."""
