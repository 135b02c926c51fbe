"""Does a register stand as it was written? Pure: entries and signed heads in, faults out.

Source: architecture.md, decision 9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from models.domain.register import (
    GENESIS,
    MAIN_CHAIN,
    Anchor,
    Entry,
    Fault,
    FaultKind,
    Head,
    entry_hash,
)


def verify(
    entries: Iterable[Entry],
    anchors: Sequence[Anchor],
    *,
    chain: str = MAIN_CHAIN,
    head: Head | None = None,
    must_stand: Sequence[Anchor] | None = None,
) -> list[Fault]:
    """Everything wrong with one chain; empty where all is well.

    Args:
        entries: All entries of the chain as stored, ordered by `seq`.
        anchors: Signed heads, signatures already checked; those of other chains are ignored.
        chain: Name of the chain.
        head: The head row beside the entries, None where there is none to check.
        must_stand: The anchors read before the entries were, where a writer may be at work:
            only these are held against the end of the chain. Default: all.
    """
    check = ChainCheck(chain, anchors)
    for entry in entries:
        check.take(entry)
    return check.finish(head, anchors if must_stand is None else must_stand)


def owed_settlements(
    anchors: Sequence[Anchor], entry_of: Callable[[Anchor], Entry | None]
) -> list[tuple[int, Entry]]:
    """Heads signed before a commit that did happen, and never settled: the process died then.

    Args:
        anchors: Signed heads in the order of writing.
        entry_of: The stored entry at an anchor's place, None where there is none.

    Returns:
        For each, the transaction's first entry number and its last entry.
    """
    settled: dict[str, int] = {}
    for anchor in anchors:
        if anchor.settled:
            settled[anchor.chain] = max(anchor.seq, settled.get(anchor.chain, 0))
    owed = []
    for anchor in anchors:
        if anchor.seq > settled.get(anchor.chain, 0):
            entry = entry_of(anchor)
            if entry is not None and entry.hash == anchor.hash:
                owed.append((anchor.first, entry))
    return owed


@dataclass(slots=True)
class ChainCheck:
    """Takes a chain's entries one after another and remembers what is wrong.

    Attributes:
        chain: Name of the chain.
        anchors: Signed heads.
        count: Entries taken.
        faults: What was found so far.
    """

    chain: str
    anchors: Sequence[Anchor]
    count: int = 0
    faults: list[Fault] = field(default_factory=list)
    _signed: dict[tuple[int, str], int] = field(default_factory=dict)
    _settled: dict[int, str] = field(default_factory=dict)
    _last: Entry | None = None
    _signed_to: int = 0
    _rewritten: bool = False

    def __post_init__(self) -> None:
        for anchor in self.anchors:
            if anchor.chain == self.chain:
                place = (anchor.seq, anchor.hash)
                self._signed[place] = min(anchor.first, self._signed.get(place, anchor.first))
                if anchor.settled:
                    self._settled.setdefault(anchor.seq, anchor.hash)

    def take(self, entry: Entry) -> None:
        """The next entry, by `seq`."""
        self.count += 1
        if not _readable(entry):
            self._add(FaultKind.UNREADABLE, 0, f"第 {self.count} 行的内容不可读取(被改动)。",
                      f"row {self.count} cannot be read (edited).")  # fmt: skip
            return
        self._check_place(entry)
        self._check_seal(entry)
        self._check_signature(entry)
        self._last = entry

    def _add(self, kind: FaultKind, seq: int, zh: str, en: str) -> None:
        self.faults.append(Fault(kind, seq, zh, en))

    def _check_place(self, entry: Entry) -> None:
        due = self._last.seq + 1 if self._last else 1
        if entry.seq > due:
            missing = f"{due}" if entry.seq - due == 1 else f"{due}–{entry.seq - 1}"
            self._add(
                FaultKind.GAP,
                due,
                f"第 {missing} 条缺失(被删除)。",
                f"entry {missing} is missing (deleted).",
            )
            if self._signed_to == due - 1:  # what is gone needs no signature
                self._signed_to = entry.seq - 1
        elif entry.seq < due:
            self._add(
                FaultKind.ORDER,
                entry.seq,
                f"第 {entry.seq} 条重复或次序不对(被插入)。",
                f"entry {entry.seq} stands twice or out of order (inserted).",
            )
        elif entry.prev_hash != (self._last.hash if self._last else GENESIS):
            self._add(
                FaultKind.LINK,
                entry.seq,
                f"第 {entry.seq} 条与前一条不衔接(被改动、插入或调换)。",
                f"entry {entry.seq} does not follow from the one before "
                "(edited, inserted or moved).",
            )

    def _check_seal(self, entry: Entry) -> None:
        digest = entry_hash(
            entry.seq,
            entry.chain,
            entry.at_text,
            entry.kind,
            entry.key,
            entry.body,
            entry.prev_hash,
        )
        if digest != entry.hash or entry.chain != self.chain:
            self._add(
                FaultKind.EDITED,
                entry.seq,
                f"第 {entry.seq} 条的内容与其哈希不符(被改动)。",
                f"entry {entry.seq} does not match its hash (edited).",
            )

    def _check_signature(self, entry: Entry) -> None:
        wanted = self._settled.get(entry.seq)
        if wanted is not None and wanted != entry.hash and not self._rewritten:
            self._rewritten = True
            self._add(
                FaultKind.REWRITTEN,
                entry.seq,
                f"第 {entry.seq} 条与已签名的链头不符(自此处或更早起被重写)。",
                f"entry {entry.seq} is not the one that was signed "
                "(rewritten from here or before).",
            )
        first = self._signed.get((entry.seq, entry.hash))
        if first is not None:
            if first > self._signed_to + 1:
                self._unsigned(self._signed_to + 1, first - 1)
            self._signed_to = max(self._signed_to, entry.seq)

    def _unsigned(self, first: int, last: int) -> None:
        places = f"{first}" if first == last else f"{first}–{last}"
        self._add(
            FaultKind.UNSIGNED,
            first,
            f"第 {places} 条没有本机签名(并非本程序写入,或签名记录缺失)。",
            f"entry {places} was never signed (not written by this program, "
            "or the signed heads are missing).",
        )

    def finish(self, head: Head | None, must_stand: Sequence[Anchor]) -> list[Fault]:
        """After the last entry: is the end where it must be?"""
        last_seq = self._last.seq if self._last else 0
        if last_seq > self._signed_to:
            self._unsigned(self._signed_to + 1, last_seq)
        reached = max(
            (item.seq for item in must_stand if item.settled and item.chain == self.chain),
            default=0,
        )
        if reached > last_seq:
            self._add(
                FaultKind.CUT_TAIL,
                last_seq + 1,
                f"已签名至第 {reached} 条,登记只到第 {last_seq} 条(尾部被删除)。",
                f"signed up to entry {reached}, but the register ends at {last_seq} (tail cut).",
            )
        last_hash = self._last.hash if self._last else GENESIS
        if head is not None and (head.seq, head.hash) != (last_seq, last_hash):
            self._add(
                FaultKind.HEAD,
                last_seq,
                f"链头记录(第 {head.seq} 条)与最后一条(第 {last_seq} 条)不符。",
                f"the head row (entry {head.seq}) is not the last entry ({last_seq}).",
            )
        return self.faults


def _readable(entry: Entry) -> bool:
    texts = (entry.chain, entry.at_text, entry.kind, entry.key, entry.body)
    hashes = (entry.prev_hash, entry.hash)
    return isinstance(entry.seq, int) and all(isinstance(text, str) for text in texts + hashes)
