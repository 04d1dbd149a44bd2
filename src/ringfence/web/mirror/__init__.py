"""The mirror on the page: what somebody wants to do, held against their own numbers before it is done."""

from ringfence.web.mirror.section import MirrorSection

__all__ = ["MirrorSection"]
