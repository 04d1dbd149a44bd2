"""Synthetic traders: that they are what they are said to be, and what the detectors say of them."""
