"""Synthetic traders with known habits, traded on the exact engine: what the detectors are measured with.

`roster.ROSTER` names them, `life.lived` trades one life and says what was put into it, `laboratory` asks
the detectors and counts.
"""
