"""Reading the platform's answers: what is not as agreed ends the command with one sentence, never with a guess."""

from collections.abc import Mapping
from typing import Any

from bidding.kit.errors import KitError
from kernel.domain import canonical


def text(answer: Mapping[str, Any], name: str) -> str:
    """Return a text that must be there."""
    found = answer.get(name)
    if not isinstance(found, str):
        raise odd(name)
    return found


def maybe_text(answer: Mapping[str, Any], name: str) -> str | None:
    """Return a text, None where it is null or left out."""
    return None if answer.get(name) is None else text(answer, name)


def flag(answer: Mapping[str, Any], name: str) -> bool:
    """Return a yes or no; left out is no."""
    found = answer.get(name, False)
    if not isinstance(found, bool):
        raise odd(name)
    return found


def number(answer: Mapping[str, Any], name: str) -> int:
    """Return a whole number that is not negative."""
    found = answer.get(name)
    if type(found) is not int or found < 0:
        raise odd(name)
    return found


def mapping(value: Any, name: str) -> dict[str, Any]:
    """Return an object."""
    if not isinstance(value, dict):
        raise odd(name)
    return value


def rows(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return a list of objects; left out is empty."""
    return items(answer.get(name) or [], name)


def items(value: Any, name: str) -> list[dict[str, Any]]:
    """Return a list of objects that an answer is."""
    if not isinstance(value, list):
        raise odd(name)
    return [mapping(one, name) for one in value]


def binary(answer: Mapping[str, Any], name: str) -> bytes:
    """Return bytes that travel as base64."""
    try:
        return canonical.unb64(text(answer, name))
    except canonical.NotCanonicalError as error:
        raise odd(name) from error


def signed(answer: Mapping[str, Any], name: str, signature: str) -> tuple[bytes, bytes] | None:
    """Return a document's bytes and its signature, None while there is no document yet."""
    found = maybe_text(answer, name)
    return None if found is None else (found.encode("utf-8"), binary(answer, signature))


def odd(name: str) -> KitError:
    """Return the error for an answer in which a member is missing or of another kind."""
    return KitError("odd_answer", name=name)
