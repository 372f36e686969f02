"""Why a command of the kit ends early: each reason is one sentence of the table in `words`, with its facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.domain.refusals import Refused

FAILED, USAGE = 1, 2


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal as it is shown: rule, reason code, and what the platform said of it where it was the platform."""

    rule: str
    reason: str
    facts: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""
    article: str = ""

    @classmethod
    def of(cls, refused: Refused) -> "Told":
        """Return a refusal that the kit itself found."""
        return cls(refused.rule, refused.reason, dict(refused.facts))

    @classmethod
    def answered(cls, body: Mapping[str, Any]) -> "Told":
        """Return a refusal as the platform answered it; what is not text in the answer is left out."""
        facts = body.get("facts")
        return cls(
            rule=_text(body, "rule"),
            reason=_text(body, "reason"),
            facts={str(k): str(v) for k, v in facts.items()} if isinstance(facts, dict) else {},
            sentence=_text(body, "sentence"),
            article=_text(body, "article"),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the refusal for machines."""
        return {
            "rule": self.rule,
            "reason": self.reason,
            "facts": dict(self.facts),
            "sentence": self.sentence,
            "article": self.article,
        }


class KitError(Exception):
    """Ends a command with exit code 1; `key` names the sentence, `facts` fill it, `more` goes to machines."""

    code = FAILED

    def __init__(self, key: str, /, *, more: Mapping[str, Any] | None = None, **facts: object) -> None:
        super().__init__(key)
        self.key = key
        self.facts = {name: str(value) for name, value in facts.items()}
        self.more = dict(more or {})


class UsageError(KitError):
    """Ends a command with exit code 2: it was called in a way that cannot work."""

    code = USAGE


class NetworkError(KitError):
    """The server was not reached, or its answer was lost."""


class RefusedError(KitError):
    """Rules forbid it: each refusal with its rule; `by` is `kit` or `platform`."""

    def __init__(self, key: str, refusals: Sequence[Told], *, by: str, **more: Any) -> None:
        first = refusals[0]
        facts = {"rule": first.rule, "reason": first.reason, "count": len(refusals)}
        super().__init__(key, more={**more, "by": by}, **facts)
        self.refusals = tuple(refusals)


def _text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""
