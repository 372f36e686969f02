"""The articles behind rules, read from the rulebook that a notice froze, so that a refusal can name its law."""

import tomllib


def article(edition: str, rule: str) -> str:
    """Return the article of a rule in an edition (TOML), empty where it says none."""
    if not edition:
        return ""
    try:
        rows = tomllib.loads(edition).get("rule", [])
    except tomllib.TOMLDecodeError:
        return ""
    found = next((row for row in rows if isinstance(row, dict) and row.get("id") == rule), {})
    return str(found.get("source", ""))
