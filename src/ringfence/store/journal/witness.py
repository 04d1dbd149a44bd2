"""What signatures say about a journal: the heads inside it, and the anchors in the second place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ringfence.store.journal.anchors import Anchor
from ringfence.store.journal.chain import Walk
from ringfence.store.journal.keys import signed_by
from ringfence.store.journal.record import HEAD, head_message
from ringfence.store.journal.values import Head, Problem

ANCHOR_RECORDS, ANCHOR_MS = 1_000, 60_000
"""How many records, or how much time, may pass before the next signed head is due."""


@dataclass
class Witnessed:
    """What the signatures bear out.

    Attributes:
        sealed_seq: the last record under a signed head. anchored_seq: the last one under an anchor.
    """

    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    sealed_seq: int = 0
    anchored_seq: int = 0


def judge_heads(seen: Walk, heads: list[Head]) -> Witnessed:
    """Hold the heads inside the journal against its records."""
    found = Witnessed()
    for head in heads:
        words, bad = _head_words(seen, head, found.sealed_seq)
        if words:
            found.problems.append(Problem(words, bad))
            break
        found.sealed_seq = head.seq
    if not found.problems and seen.last_seq - found.sealed_seq > (ANCHOR_RECORDS if heads else 0):
        words = f"no signed head covers records {found.sealed_seq + 1} to {seen.last_seq}"
        found.problems.append(Problem(words, found.sealed_seq + 1))
    return found


def _head_words(seen: Walk, head: Head, sealed: int) -> tuple[str, int]:
    """What is wrong with one head, in words, and the first record it touches."""
    if not _signed(seen.journal_id, head):
        return f"the signed head of record {head.seq} was changed", head.seq
    return _against_chain(seen, head, sealed, "a signed head")


def _against_chain(seen: Walk, head: Head, sealed: int, what: str) -> tuple[str, int]:
    if head.seq > seen.last_seq:
        return (
            f"records {seen.last_seq + 1} to {head.seq} are missing: {what} covers them",
            seen.last_seq + 1,
        )
    if seen.hashes[head.seq].hex() != head.hash:
        first = sealed + 1
        return f"records {first} to {head.seq} are not those that {what} covers: rewritten", first
    if seen.keys.get(head.public_key, head.seq + 1) > head.seq:
        return f"{what} of record {head.seq} is by a key that the journal does not know", head.seq
    return "", 0


def _signed(journal_id: str, head: Head) -> bool:
    try:
        message = head_message(HEAD, journal_id, head.seq, head.at_ms, bytes.fromhex(head.hash))
    except OverflowError:
        return False
    return signed_by(bytes.fromhex(head.public_key), bytes.fromhex(head.signature), message)


def judge_anchors(seen: Walk, lines: list[tuple[int, Anchor | None]], found: Witnessed) -> None:
    """Hold the second place against the records; their signatures were checked when they were read."""
    standing = _standing(seen, lines, found)
    for head in sorted(standing, key=lambda one: one.seq):
        words, bad = _against_chain(seen, head, found.anchored_seq, "an anchor")
        if words:
            found.problems.append(Problem(words, bad))
            break
        found.anchored_seq = head.seq
    if not lines:
        found.warnings.append("no anchor in the second place: an older copy would not be noticed")
    elif _is_late(seen, found.anchored_seq) and not found.problems:
        covered = f"record {found.anchored_seq} of {seen.last_seq}"
        found.warnings.append(f"the last anchor covers {covered}: older than it should be")
    if len(seen.keys) > 1:
        places = ", ".join(str(seq) for seq in sorted(seen.keys.values()))
        found.warnings.append(f"{len(seen.keys)} signing keys, introduced by records {places}")


def _standing(seen: Walk, lines: list[tuple[int, Anchor | None]], found: Witnessed) -> list[Head]:
    """The anchors that still bind: a restore gives up those after what it could keep, and records it."""
    standing: list[Head] = []
    for number, anchor, gives_up in released(lines, seen.restored):
        if anchor is None:
            found.warnings.append(f"line {number} of the anchors is damaged and counts for nothing")
        elif not anchor.given_up:
            standing.append(anchor.head)
        elif gives_up and _is_of_chain(seen, anchor.head):
            lost = [head for head in standing if head.seq > anchor.head.seq]
            standing = [head for head in standing if head.seq <= anchor.head.seq]
            most = max((head.seq for head in lost), default=anchor.head.seq)
            found.warnings.append(
                f"restored from a backup: records {anchor.head.seq + 1} to {most} of before are given up"
            )
        else:
            found.warnings.append(
                f"line {number} of the anchors speaks of a restore that the records do not know,"
                " or knew of before: it counts for nothing"
            )
    return standing


def released(
    lines: Iterable[tuple[int, Anchor | None]], restored: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, Anchor | None, bool]]:
    """Each line, and whether it is the first of its restore: a copy further down gives nothing up again."""
    owed = set(restored)
    for number, anchor in lines:
        claim = None if anchor is None or not anchor.given_up else (anchor.head.seq, anchor.head.at_ms)
        yield number, anchor, claim in owed
        if claim is not None:
            owed.discard(claim)


def _is_of_chain(seen: Walk, head: Head) -> bool:
    return seen.hashes.get(head.seq, b"").hex() == head.hash and head.public_key in seen.keys


def _is_late(seen: Walk, anchored: int) -> bool:
    if anchored == seen.last_seq:
        return False
    return seen.last_seq - anchored > ANCHOR_RECORDS or seen.last_ms - seen.times.get(anchored, 0) > ANCHOR_MS
