"""Shipped for others: strategies for generated books, and the conformance kit for venues."""
