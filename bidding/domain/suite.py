"""What the rules must know of a suite without knowing its algorithms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SuiteShape:
    """A suite's id, why a text is no recipient of it (empty when it is one), and the lengths that it gives.

    `container_length` maps the length of a padded part to that of its container, both in bytes;
    `share_words` is how many words a share has.
    """

    id: str
    recipient_problem: Callable[[str], str]
    container_length: Callable[[int], int]
    share_words: int


Suites = Mapping[str, SuiteShape]
