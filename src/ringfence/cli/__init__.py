"""The terminal: every operation as a command, built from the registry."""
