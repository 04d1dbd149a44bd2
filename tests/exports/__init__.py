"""Histories come in: every format from a small file of its own shape, and from real ones where there are."""
