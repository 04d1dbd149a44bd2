"""Check an exported journal without ringfence. Written from docs/journal-format.md alone; sections are its.

Needs the package `cryptography`. Exit status: 0 as it was written, 1 not, 2 asked wrongly.
"""

import argparse
import hashlib
import json
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ID, HASH, SIGNATURE, WHOLE = "[0-9a-f]{32}", "[0-9a-f]{64}", "[0-9a-f]{128}", "[1-9][0-9]{0,18}"
LINES = {  # section 5, in its order: the members of a line, each with its type or pattern
    "header": {"format": "ringfence-journal-export", "journal_id": ID, "texts": bool, "version": int},
    "record": {"hash": HASH, "prev_hash": HASH, "seq": int, "stored": str},
    "text": {"ref": str, "salt": HASH, "text": str},
    "head": {"at_ms": int, "hash": HASH, "public_key": HASH, "seq": int, "signature": SIGNATURE},
    "end": {"lines": int, "sha256": HASH},
}
RECORD = dict.fromkeys(("account_id", "id", "kind", "parent_id", "symbol"), str)  # section 2
RECORD |= {"at_ms": int, "tz_offset_min": int, "body": dict, "texts": dict}
RECORD |= {"actor": "human|bot|(human|bot|agent):[a-z0-9][a-z0-9._-]{0,63}"}
BODIES = {"journal": {"format": "1", "journal_id": ID, "public_key": HASH}, "key": {"public_key": HASH}}
BODIES |= {"erasure": {"ref": str}, "restored": {"through": int}}
ANCHOR = f"ringfence-(?P<label>anchor|restored)-1 (?P<id>{ID}) (?P<seq>{WHOLE}) (?P<at_ms>0|-?{WHOLE}) "
ANCHOR += f"(?P<hash>{HASH}) (?P<public_key>{HASH}) (?P<signature>{SIGNATURE})"


def need(good: object, words: str, seq: int | None = None) -> None:
    if not good:
        raise SystemExit(f"DAMAGED, first bad record: {seq or 'unknown'}: {words}")


def parsed(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def fits(value: object, shape: dict | None) -> bool:
    if not isinstance(value, dict) or shape is None or value.keys() != shape.keys():
        return False
    kinds = all(type(value[name]) is (str if isinstance(want, str) else want) for name, want in shape.items())
    return kinds and all(re.fullmatch(want, value[name]) for name, want in shape.items() if type(want) is str)


def signed(journal_id: str, head: dict) -> bool:  # sections 4 and 6
    label = b"ringfence-restored-1\n" if head.get("label") == "restored" else b"ringfence-head-1\n"
    try:
        said = label + bytes.fromhex(journal_id) + head["seq"].to_bytes(8, "big")
        said += head["at_ms"].to_bytes(8, "big", signed=True) + bytes.fromhex(head["hash"])
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head["public_key"]))
        return key.verify(bytes.fromhex(head["signature"]), said) is None
    except (InvalidSignature, ValueError, OverflowError):
        return False


class Journal:
    def __init__(self) -> None:
        self.id, self.hashes, self.ids, self.keys = "", ["0" * 64], set(), {}
        self.texts, self.erased, self.restored = {}, set(), []

    def take(self, seq: int, row: dict) -> None:  # the next record: sections 7, 2 and 3
        stored, prev = row["stored"].encode("utf-8", "surrogatepass"), self.hashes[-1]
        sizes, one = seq.to_bytes(8, "big") + len(stored).to_bytes(8, "big"), parsed(stored)
        made = hashlib.sha256(b"ringfence-journal-1\n" + bytes.fromhex(prev) + sizes + stored).hexdigest()
        need(row["seq"] == seq, f"record {seq} is missing", seq)
        need(row["prev_hash"] == prev, f"record {seq} does not follow the one before", seq)
        need(row["hash"] == made, f"record {seq} was changed", seq)
        need(fits(one, RECORD), f"record {seq} is no record", seq)
        kind, body, texts = one["kind"], one["body"], one["texts"]
        good = (kind == "journal") == (seq == 1) and (kind not in BODIES or fits(body, BODIES[kind]))
        good = good and fits(texts, dict.fromkeys(texts, HASH)) and "#" not in "".join(texts)
        need(good and one["id"] not in self.ids, f"record {seq} is none, or has the id of another", seq)
        self.hashes.append(made)
        self.ids.add(one["id"])
        self.texts |= {f"{one['id']}#{name}": (seq, commitment) for name, commitment in texts.items()}
        if kind in ("journal", "key"):
            self.id = self.id or body["journal_id"]
            self.keys.setdefault(body["public_key"], seq)
        self.erased |= {body["ref"]} if kind == "erasure" else set()
        self.restored += [(body["through"], one["at_ms"])] if kind == "restored" else []

    def vouch(self, what: str, heads: list[dict]) -> int:  # up to which record: sections 4 and 6
        to, end = 0, len(self.hashes) - 1
        for head in sorted(heads, key=lambda head: head["seq"]):
            seq, since = head["seq"], self.keys.get(head["public_key"], end + 1)
            need(signed(self.id, head), f"{what} of record {seq} is not signed well", seq)
            need(seq <= end, f"records {end + 1} to {seq} are missing: {what} knows them", end + 1)
            need(head["hash"] == self.hashes[seq], f"records {to + 1} to {seq}: some were rewritten", to + 1)
            need(since <= seq, f"{what} of record {seq} is by a key that does not count", seq)
            to = seq
        return to

    def binding(self, lines: list[str]) -> list[dict]:  # the anchors that bind: section 6
        heads, owed = [], list(self.restored)
        for number, found in enumerate((re.fullmatch(ANCHOR, line) for line in lines), start=1):
            head = found.groupdict() | {name: int(found[name]) for name in ("seq", "at_ms")} if found else {}
            good = found and head["id"] == self.id and signed(self.id, head)
            kept = [head["hash"]] == self.hashes[head["seq"] :][:1] if good else False
            if good and head["label"] == "anchor":
                heads.append(head)
            elif kept and (head["seq"], head["at_ms"]) in owed and head["public_key"] in self.keys:
                owed.remove((head["seq"], head["at_ms"]))
                heads = [each for each in heads if each["seq"] <= head["seq"]]
                print(f"  NOTE  restored: what anchors knew after record {head['seq']} is given up")
            else:
                print(f"  NOTE  line {number} of the anchors is damaged, or does not count")
        return heads


def main() -> None:
    parser = argparse.ArgumentParser(description="Check an exported journal without ringfence.")
    parser.add_argument("export", type=argparse.FileType("rb"))
    parser.add_argument("--anchor", type=argparse.FileType("rb"))
    asked = parser.parse_args()
    data, second = asked.export.read(), asked.anchor.read() if asked.anchor else b""
    journal, held, rows = Journal(), {}, {kind: [] for kind in (*LINES, "damaged")}
    for row in map(parsed, data.split(b"\n")[:-1]):  # section 5
        kind = str(row.pop("kind", "")) if isinstance(row, dict) else ""
        rows[kind if fits(row, LINES.get(kind)) else "damaged"].append(row)
    for seq, row in enumerate(rows["record"], start=1):
        journal.take(seq, row)
    to, end = journal.vouch("a head", rows["head"]), len(journal.hashes) - 1
    need([head["seq"] for head in rows["head"]][:1] == [1] and end - to <= 1000, "a head is missing", to + 1)
    header = {"format": "ringfence-journal-export", "journal_id": journal.id, "version": 1}
    bare = rows["header"] == [header | {"texts": False}]
    for row in rows["text"]:  # section 3
        said = bytes.fromhex(row["salt"]) + row["text"].encode("utf-8", "surrogatepass")
        held[row["ref"]] = hashlib.sha256(b"ringfence-text-1\n" + said).hexdigest()
    for ref in sorted(held.keys() | journal.texts.keys()):
        seq, right = journal.texts.get(ref, (None, None))
        right = None if bare or ref in journal.erased else right
        need(held.get(ref) == right, f"text {ref!a} is changed, missing, or there and should not be", seq)
    anchored = journal.vouch("an anchor", journal.binding(second.decode("utf-8", "replace").splitlines()))
    body = data[: data[:-1].rfind(b"\n") + 1]
    last = {"lines": body.count(b"\n"), "sha256": hashlib.sha256(body).hexdigest()}
    whole = rows["header"] == [header | {"texts": not bare}] and rows["end"] == [last]
    need(whole and not rows["damaged"], "this is not the whole export of one journal")
    print(f"journal {journal.id}: {end} records, signed up to {to} by {', '.join(journal.keys)}")
    print(f"  {len(held)} texts, {len(journal.erased)} erased; anchored up to record {anchored}:")
    print("  if later records were cut off, nothing here would show it\nAS IT WAS WRITTEN")


if __name__ == "__main__":
    main()
