"""Documentation that is printed from the code: layout, lifecycles, rules. `write` makes it, `check` compares it."""

import ast
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "portal", "monitoring", "evaluation", "bidding", "deposits", "tender", "accounts", "kernel")
OTHERS = ("verifier", "demo", "deploy", "benchmarks")
LIFECYCLES = ("tender", "bidding", "evaluation", "deposits", "monitoring")
NOTE = "<!-- Printed by `python -m deploy.docs write`; do not edit. -->\n\n"


def layout() -> str:
    """Return docs/layout.md: each module with the first sentence of its docstring."""
    lines = [NOTE + "# Layout\n\nAn upper app may import a lower one, never the reverse."]
    for app in (*APPS, *OTHERS):
        files = sorted(path for path in (ROOT / app).rglob("*.py") if _counts(path))
        if not files:
            continue
        lines.append(f"\n## {app}\n\n{_sentence(ROOT / app / '__init__.py')}\n")
        lines += [
            f"- `{path.relative_to(ROOT)}`: {_sentence(path)}" for path in files if path.name != "__init__.py"
        ]
    return "\n".join(lines) + "\n"


def lifecycles() -> dict[str, str]:
    """Return docs/lifecycles/<name>.md for every table of every app."""
    found: dict[str, str] = {}
    kind = import_module("kernel.domain.lifecycles").Lifecycle
    for app in LIFECYCLES:
        if not (ROOT / app / "domain" / "lifecycle.py").exists():
            continue
        module = import_module(f"{app}.domain.lifecycle")
        for value in vars(module).values():
            if isinstance(value, kind):
                name = value.name.lower().replace(" ", "-")
                found[f"docs/lifecycles/{app}-{name}.md"] = NOTE + value.as_markdown()
    return found


def rules() -> str:
    """Return docs/rules.md: every dated rule of the rulebook."""
    book = import_module("tender.domain.rulebook").Rulebook.parse(
        {path.name: path.read_text() for path in sorted((ROOT / "tender" / "rulebook").glob("*.toml"))}
    )
    lines = [NOTE + "# Rules\n\n| id | regime | region | rule | value | source | from | confidence |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for regime, rule in sorted(book.entries, key=lambda e: (e[0], e[1].region, e[1].id, e[1].valid_from)):
        value = "; ".join(
            f"{name + ' ' if name else ''}{parameter.value} {parameter.unit}"
            for name, parameter in rule.parameters.items()
        )
        lines.append(
            f"| {rule.id} | {regime} | {rule.region or '—'} | {rule.title.en} {rule.title.zh} | {value} "
            f"| {rule.source} | {rule.valid_from} | {rule.confidence} |"
        )
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """Return every printed page by its path."""
    return {"docs/layout.md": layout(), "docs/rules.md": rules(), **lifecycles()}


def main(verb: str) -> int:
    """Write the pages, or tell which are not up to date."""
    sys.path.insert(0, str(ROOT))
    wanted = pages()
    known = {str(p.relative_to(ROOT)) for p in (ROOT / "docs" / "lifecycles").glob("*.md")}
    stale = [p for p, text in wanted.items() if not (ROOT / p).exists() or (ROOT / p).read_text() != text]
    extra = sorted(known - set(wanted))
    if verb == "write":
        for path in stale:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(wanted[path])
        for path in extra:
            (ROOT / path).unlink()
        return 0
    for path in [*stale, *extra]:
        print(f"{path} is not up to date: run python -m deploy.docs write")
    return 1 if stale or extra else 0


def _counts(path: Path) -> bool:
    return "migrations" not in path.parts and "node_modules" not in path.parts


def _sentence(path: Path) -> str:
    if not path.exists():
        return ""
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    return " ".join(text.split("\n\n")[0].split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
