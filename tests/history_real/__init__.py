"""Real accounts and wallet histories, held against the packs and the event engine."""
