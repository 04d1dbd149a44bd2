"""Market history as columns: bars and funding, exact, with their holes named; no disk, no network."""
