"""Words of pages: names of codes, refusals, messages and rules in the reader's language, and commands of the kit."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.conf import settings
from django.http import QueryDict
from django.template.context import Context
from django.utils.safestring import SafeString

from kernel import clock
from kernel.domain.refusals import Refused
from portal import error_words, message_words, names, rule_words, rulebook
from portal.refusals import Told, refusal_view
from tender.queries import LotRecord

register = template.Library()
KIT = "yangguang-kit"


@register.filter
def named(code: str, kind: str) -> str:
    """Return the name of a code: `{{ lot.status|named:"state" }}`."""
    return names.name_of(code, kind)


@register.filter
def tone(state: str) -> str:
    """Return the tone of a lot's state, for `<c-status :tone>`."""
    return names.tone_of(state)


@register.filter
def told(refusal: Refused) -> Told:
    """Return a refusal in words."""
    return refusal_view(refusal)


@register.filter
def advice(note: str) -> Told:
    """Return a line of advice in words; a line that knows no refusal is shown as it stands."""
    refusal = getattr(note, "refusal", None)
    if isinstance(refusal, Refused):
        return refusal_view(refusal)
    return Told(rule="", title="", article="", sentence=str(note), facts={}, next="", url="")


@register.filter
def message_text(message: Any) -> str:
    """Return what a message of the message centre says."""
    return message_words.sentence(message.kind, message.facts)


@register.filter
def rule_title(rule_id: str) -> str:
    """Return the title of a rule, "" for an unknown one."""
    found = rulebook.find(rule_id, now=clock.now())
    return found.title if found else ""


@register.filter
def article(rule_id: str) -> str:
    """Return the article that a rule rests on."""
    found = rulebook.find(rule_id, now=clock.now())
    return found.source if found else ""


@register.filter
def item(mapping: dict[str, Any], key: str) -> Any:
    """Return a value of a mapping by a key that only the page knows."""
    return mapping.get(key)


@register.filter
def listed(words: Iterable[object]) -> str:
    """Join words as the reader's language does."""
    return rule_words.listed([str(word) for word in words])


@register.filter
def plainly(text: object) -> str:
    """Return what an error says, in the reader's language."""
    return error_words.told(str(text))


@register.filter
def formula_parameters(parameters: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the names and values of a formula's parameters in words."""
    return rule_words.formula_parameters(parameters)


@register.simple_tag
def kit(*words: object) -> str:
    """Return a command of the kit for this platform, ready to be copied."""
    return " ".join((KIT, *map(str, words), "--server", settings.SITE_URL))


@register.simple_tag
def tool(*words: object) -> str:
    """Return a command of the kit that needs no server."""
    return " ".join((KIT, *map(str, words)))


@register.simple_tag
def seal_command(lot: LotRecord) -> str:
    """Return the kit's command that seals a bid on a lot, with examples of what a bidder states."""
    stated = ["--price", "9800000.00", "--period", "180", "--quality", "qualified", "--enterprise", "medium"]
    files = [["--pricing", "PRICING.xlsx"]] if "pricing" in lot.notice["parts"] else []
    files += [["--documents", "BID.pdf"]] if "documents" in lot.notice["parts"] else []
    return kit("seal", lot.id, *stated, *(word for pair in files for word in pair))


@register.simple_tag(takes_context=True)
def query(context: Context, **changed: Any) -> SafeString:
    """Return the page's query string with some fields changed; one set to None is left out."""
    left: QueryDict = context["request"].GET.copy()
    for name, value in changed.items():
        left.pop(name, None)
        if value is not None:
            left[name] = str(value)
    return SafeString(f"?{left.urlencode()}".replace("&", "&amp;"))


@register.simple_tag
def crumbs(*pairs: str) -> list[dict[str, str]]:
    """Return a trail for `<c-breadcrumbs>` from label, address, label, address …; the last label has no address."""
    return [
        {"label": pairs[i], "url": pairs[i + 1] if i + 1 < len(pairs) else ""}
        for i in range(0, len(pairs), 2)
    ]
