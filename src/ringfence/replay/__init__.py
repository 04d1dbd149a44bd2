"""Replays: an account led through a path of marks and funding, as each of its twins."""
