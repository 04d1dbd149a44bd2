"""The ten detectors: what an account's own past shows, as counts, and as tendencies where it is long enough.

`past.Past` goes in, `scan.scan` answers with ten `past.Detected`; `episodes.cut` cuts the past first.
"""
