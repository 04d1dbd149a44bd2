"""What each venue says: one file a venue, values built from `rules`, found through entry points."""
