"""What ``preview`` is asked: one change of one account."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ringfence.ingest.fields import Amount, Asset, Symbol
from ringfence.service.requests import BookRequest

CHANGES = (
    "to",
    "leverage",
    "add_margin",
    "remove_margin",
    "open",
    "close",
    "transfer",
    "position_mode",
    "multi_asset",
)
"""The fields that each say one change; exactly one of them is given (leverage may stand beside open)."""


class PreviewRequest(BookRequest):
    """One change, seen before it is made."""

    symbol: Annotated[
        Symbol | None, Field(description="The position, or what is opened; absent: the only one there is.")
    ] = None
    side: Annotated[
        Literal["long", "short"] | None, Field(description="Its side, where two share a symbol.")
    ] = None
    to: Annotated[
        Literal["isolated", "cross"] | None, Field(description="Switch its margin mode to this one.")
    ] = None
    leverage: Annotated[
        Amount | None, Field(description="Set its leverage; beside open: of the new position.")
    ] = None
    add_margin: Annotated[Amount | None, Field(description="Put this much into its fence.")] = None
    remove_margin: Annotated[Amount | None, Field(description="Take this much out of its fence.")] = None
    open: Annotated[
        str | None,
        Field(
            description='Open, add to or turn round: signed contracts, "+0.1" at the mark, "-2@61000".',
            examples=["+0.1@60000"],
        ),
    ] = None
    close: Annotated[
        str | None,
        Field(
            description='Close a part: "50%", "0.3" contracts or "all", at the mark or "50%@59000".',
            examples=["50%"],
        ),
    ] = None
    margin_mode: Annotated[
        Literal["isolated", "cross"] | None,
        Field(description="open: of a new position; absent: cross, or isolated where a margin is given."),
    ] = None
    margin: Annotated[
        Amount | None, Field(description="open, isolated: into the fence; absent: as the venue asks.")
    ] = None
    transfer: Annotated[
        Amount | None, Field(description="Deposit into the wallet; below zero: withdraw.")
    ] = None
    asset: Annotated[
        Asset | None, Field(description="transfer: of which asset; absent: the only one there is.")
    ] = None
    position_mode: Annotated[
        Literal["hedge", "one_way"] | None, Field(description="Change the position mode.")
    ] = None
    multi_asset: Annotated[
        Literal["on", "off"] | None, Field(description="Turn multi-asset mode on or off.")
    ] = None
