"""What a member gives an item of a bid before it hands its sheet in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Given:
    """A mark as it was typed, "" for none, and a note of the member's own."""

    bid: str
    item: str
    score: str
    note: str = ""
