"""Checks an exported journal without ringfence: python verify_journal.py EXPORT [--anchor FILE] [--key HEX]

Written from docs/journal-format.md alone, whose sections are named here; needs the package `cryptography`.
Exit status: 0 as it was written, 1 not, 2 asked wrongly. --key: the last head must be signed by that key.
"""

# Short on purpose, to be read in one sitting by whoever does not trust the rest.
# fmt: off
import argparse
import hashlib
import json
import re
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ID, HASH, SIGN, WHOLE = "[0-9a-f]{32}", "[0-9a-f]{64}", "[0-9a-f]{128}", "[1-9][0-9]{0,18}"
TYPES: dict = dict.fromkeys(("hash", "prev_hash", "public_key", "salt", "sha256"), HASH)
TYPES |= dict.fromkeys(("at_ms", "lines", "seq", "through", "tz_offset_min", "version"), (int,))
TYPES |= {"journal_id": ID, "signature": SIGN, "actor": "human|bot|agent:.+"}  # not named: any string
TYPES |= {"body": (dict,), "texts": (bool, dict)}
LINES = {"header": "format journal_id kind texts version", "record": "hash kind prev_hash seq stored",
         "text": "kind ref salt text", "head": "at_ms hash kind public_key seq signature",
         "end": "kind lines sha256"}
RECORD = "account_id actor at_ms body id kind parent_id symbol texts tz_offset_min"
BODIES = {"journal": "format journal_id public_key", "key": "public_key", "erasure": "ref"}
BODIES |= {"restored": "through"}
ANCHOR = (f"ringfence-(?P<label>anchor|restored)-1 (?P<id>{ID}) (?P<seq>{WHOLE}) (?P<at_ms>0|-?{WHOLE}) "
          f"(?P<hash>{HASH}) (?P<public_key>{HASH}) (?P<signature>{SIGN})\n?")

def sha256(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()

def parse(raw: bytes) -> object:  # None: not JSON, or JSON that spelt again is not the same bytes
    try:
        value = json.loads(raw)
        return value if json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() == raw else None
    except (ValueError, RecursionError):
        return None

def has(value: object, names: str) -> bool:  # these members in their order, each of its type or pattern
    return isinstance(value, dict) and list(value) == names.split() and all(
        type(one) in want if isinstance(want, tuple) else type(one) is str and re.fullmatch(want, one, re.S)
        for one, want in ((one, TYPES.get(name, (str,))) for name, one in value.items()))

def signed(label: str, journal_id: str, head: dict) -> bool:
    try:
        said = f"ringfence-{label}-1\n".encode() + bytes.fromhex(journal_id) + head["seq"].to_bytes(8, "big")
        said += head["at_ms"].to_bytes(8, "big", signed=True) + bytes.fromhex(head["hash"])
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head["public_key"]))
        key.verify(bytes.fromhex(head["signature"]), said)
    except (InvalidSignature, ValueError, OverflowError):
        return False
    return True

class Check:
    def __init__(self, lines: list[bytes]) -> None:  # section 5; the line after a damaged one shows the gap
        self.rows, self.wrong, order = {kind: [] for kind in (*LINES, "?")}, [], []
        self.journal_id, self.hashes, self.whole, self.ids = "", ["0" * 64], True, set()
        self.vows, self.said = {}, {}  # commitments; keys, erasures and restores: the first record of each
        for raw in lines:
            row = parse(raw[:-1]) if raw.endswith(b"\n") else None
            kind = next((kind for kind in LINES if has(row, LINES[kind]) and row["kind"] == kind), "?")
            self.rows[kind].append(row)
            order.append([*self.rows].index(kind))
            if kind == "record" and self.whole:
                self.walk(row, len(self.hashes), row["stored"].encode())
        head = {"format": "ringfence-journal-export", "kind": "header", "version": 1}
        head["journal_id"] = self.journal_id
        end = {"kind": "end", "lines": len(lines) - 1, "sha256": sha256(*lines[:-1])}
        self.bare = self.rows["header"] == [head | {"texts": False}]
        whole = self.rows["header"] == [head | {"texts": not self.bare}] and self.rows["end"] == [end]
        if not whole or order != sorted(order):
            at = f": line {order.index(5) + 1} is damaged" if 5 in order else ""
            self.wrong.append((None, f"this is not the whole export of one journal{at}"))

    def walk(self, row: dict, seq: int, stored: bytes) -> None:  # sections 7 and 2
        one, prev, sizes = parse(stored), self.hashes[-1], (seq << 64 | len(stored)).to_bytes(16, "big")
        good = has(one, RECORD) and type(one["texts"]) is dict and one["id"] not in self.ids
        good = good and ((one["kind"], one["body"].get("format")) == ("journal", "1") if seq == 1
                         else one["kind"] != "journal")
        good = good and all(has({"hash": vow}, "hash") for vow in one["texts"].values())
        good = good and (one["kind"] not in BODIES or has(one["body"], BODIES[one["kind"]]))
        made = sha256(b"ringfence-journal-1\n", bytes.fromhex(prev), sizes, stored)
        tests = [row["seq"] == seq, row["prev_hash"] == prev, row["hash"] == made, good]
        if not all(tests):
            self.whole, words = False, ("is missing", "does not follow", "was changed", "is no record")
            self.wrong.append((seq, f"record {seq} {words[tests.index(False)]}"))
            return
        self.hashes.append(made)
        self.ids.add(one["id"])
        self.vows |= {f"{one['id']}#{name}": (seq, vow) for name, vow in one["texts"].items()}
        self.journal_id = self.journal_id or one["body"]["journal_id"]
        if one["kind"] in BODIES:  # what such a record is about stands last in its body
            self.said.setdefault((one["kind"].replace("journal", "key"), [*one["body"].values()][-1]), seq)

    def texts(self) -> int:  # section 3; how many were erased
        held = {row["ref"]: sha256(b"ringfence-text-1\n", bytes.fromhex(row["salt"]), row["text"].encode())
                for row in self.rows["text"]}
        gone = {ref for ref in self.vows if ("erasure", ref) in self.said}
        for ref in sorted(self.vows.keys() | (held.keys() if self.whole else set())):
            seq, vow = self.vows.get(ref, (None, ""))
            right = [None] if self.bare or ref in gone else [vow] if self.whole else [vow, None]
            if held.get(ref) not in right:
                self.wrong.append((seq, f"text {ref!a} is changed, missing, or there although it was erased"))
        return len(gone)

    def vouch(self, what: str, heads: list[dict]) -> int:  # sections 4 and 6; up to which record
        to, end = 0, len(self.hashes)
        for head in sorted(heads, key=lambda head: head["seq"]):
            seq, same = head["seq"], head["hash"] in self.hashes[head["seq"] :][:1]
            tests = [signed("head", self.journal_id, head), 0 < seq < end, same,
                     self.said.get(("key", head["public_key"]), seq + 1) <= seq]
            if all(tests):
                to = seq
            elif self.whole or seq < end:
                at, words = [(min(seq, end), "its signature is not good"),
                             (end, f"records {end} to {seq} are missing"),
                             (to + 1, f"of records {to + 1} to {seq} some were rewritten"),
                             (seq, "its key is not the journal's")][tests.index(False)]
                self.wrong.append((at, f"{what} at record {seq}: {words}"))
        return to

    def anchors(self, lines: list[bytes]) -> list[dict]:  # section 6; those that bind
        binding = []
        for number, line in enumerate(lines, start=1):
            found = re.fullmatch(ANCHOR, line.decode("utf-8", "replace"))
            head = found.groupdict() if found else {"id": "", "label": "", "seq": 0, "at_ms": 0}
            head |= {"seq": (seq := int(head["seq"])), "at_ms": int(head["at_ms"])}
            label = head["label"].replace("anchor", "head")
            if not found or head["id"] != self.journal_id or not signed(label, self.journal_id, head):
                print(f"  NOTE  line {number} of the anchors is damaged, or not of this journal")
            elif label == "head":
                binding.append(head)
            elif ("restored", seq) in self.said and head["hash"] in self.hashes[seq:][:1]:
                print(f"  NOTE  restored from a backup: what anchors knew after record {seq} is given up")
                binding = [each for each in binding if each["seq"] <= seq]
        return binding

def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an exported journal without ringfence.")
    for name in ("export", "--anchor", "--key"):
        parser.add_argument(name)
    asked = parser.parse_args(argv)
    try:
        lines, second = ([] if not name else Path(name).read_bytes().splitlines(keepends=True)
                         for name in (asked.export, asked.anchor))
    except OSError as problem:
        raise SystemExit(f"cannot be read: {problem}") from None
    check = Check(lines)
    heads, end, erased = check.rows["head"], len(check.hashes) - 1, check.texts()
    to, anchored = check.vouch("head", heads), check.vouch("anchor", check.anchors(second))
    if check.whole and (end - to > 1000 or [head["seq"] for head in heads][:1] != [1]):
        check.wrong.append((to + 1, "no head at record 1, or none for more than 1,000 records"))
    if asked.key and [(asked.key.lower(), to)] != [(head["public_key"], head["seq"]) for head in heads[-1:]]:
        check.wrong.append((None, "the last head is not signed by the key that you named"))
    print(f"journal {check.journal_id or '?'}: {end} records follow from the first, "
          f"signed up to {to} by {sum(kind == 'key' for kind, _ in check.said)} key(s)\n"
          f"  {len(check.rows['text'])} texts, {erased} erased; anchored up to record {anchored}"
          f"{'' if anchored else ': if the end was cut off, nothing here would show it'}")
    for _, words in check.wrong[:20]:
        print(f"  WRONG {words}")
    named = [seq for seq, _ in check.wrong if seq] or ["unknown"]  # a broken chain is named before all else
    first = min(named if check.whole else named[:1])
    print(f"DAMAGED, first bad record: {first}" if check.wrong else "AS IT WAS WRITTEN")
    return int(bool(check.wrong))

if __name__ == "__main__":
    raise SystemExit(main())
