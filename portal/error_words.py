"""What errors of the domains say, in the reader's language: their English text is looked up with its changing parts.

A domain raises plain English and knows no languages; a text that is not listed here is shown as it stands.
"""

import re
from collections.abc import Sequence

from django.utils.translation import gettext, gettext_noop as _

SIGNATURES = (
    _("the signature is not over these bytes by this key"),
    _("the key does not belong to the certificate"),
    _("the certificate is valid from %(begin)s to %(end)s, not at %(at)s"),
    _("the certificate leads to no trusted root: %(detail)s"),
    _("there is no trusted root to judge the certificate by"),
    _("a signature made in the browser needs a certificate of P-256"),
    _("a signature of this size is refused"),
    _("not a CMS signature in DER: %(detail)s"),
    _("the signature must be detached and over plain data"),
    _("the CMS must hold exactly one signer"),
    _("the CMS must carry the signer's certificate exactly once"),
    _("a key signs only acts of a known domain, not %(domain)s"),
    _("this is an act of %(domain)s, where %(wanted)s is wanted"),
    _("the PEM bundle holds something that is no certificate"),
    _("not a PEM bundle of certificates: %(detail)s"),
)
IMPORTS = (
    _("a credit code has 18 characters without separators: %(code)s"),
    _("%(code)s is no credit code: %(detail)s"),
    _("a resident number has 17 digits and a check character, and begins with a province"),
    _("the resident number's birth date does not exist"),
    _("the check character of the resident number is wrong"),
    _("size must be one of %(known)s"),
    _("region is a six-digit code (GB/T 2260)"),
    _("seat must be one of %(known)s"),
    _("no organisation has the credit code %(code)s: import organisations first"),
    _("no live expert's seat has the account %(name)s: import people first"),
    _("the first line must name the columns %(names)s"),
    _("the file must be text in UTF-8"),
    _("%(names)s must not be empty"),
    _("the account of the expert's seat"),
    _("the professional title"),
    _("whole years in the field"),
    _("at least one code, separated by %(between)s"),
    _("a code of six digits (GB/T 2260)"),
    _("CODE FROM%(span)sUNTIL, separated by %(between)s"),
    _("no days in %(text)s"),
    _("%(text)s ends before it starts"),
)
JUDGING = (
    _("member %(member)s has not scored item %(item)s of bid %(bid)s"),
    _("candidate %(bid)s has no strengths and weaknesses"),
    _("hold the tie draw over %(bids)s first"),
    _("%(one)s and %(other)s share a rank; settle the tie first"),
    _("no bid is left to be scored"),
    _("no bid is left from which a benchmark could be computed"),
    _("no member has scored"),
    _("%(member)s has not voted on clause %(clause)s of bid %(bid)s"),
    _("not an amount in yuan: %(text)s"),
    _("an amount has at most two decimals: %(text)s"),
    _("not a number: %(text)s"),
)
CALENDAR = (
    _("%(span)s is no day of %(year)s"),
    _("%(span)s is no day: write MM-DD or MM-DD..MM-DD"),
    _("%(day)s stands both as a day off and as a working day"),
    _("a span ends before it starts: %(span)s"),
)
RECEIPTS = (
    _("%(place)s: missing or unknown keys: %(names)s"),
    _("the receipt proves nothing: %(detail)s"),
    _("the receipt has a part of its proof only; fetch it again"),
    _("the log entry is of another record"),
    _("the checkpoint is not signed by the log that you trust"),
    _("the proof is not in its canonical form"),
    _("the proof is for a log of another size than the checkpoint's"),
    _("no witness that you trust has cosigned the checkpoint yet"),
)
PARTS = (_("%(name)s: %(wanted)s (%(detail)s)"), _("not %(text)s"), _("empty"), _("none"))
"""What stands inside other texts, and fits too much to be looked for first."""
TEXTS = (*SIGNATURES, *IMPORTS, *JUDGING, *CALENDAR, *RECEIPTS, *PARTS)
Known = tuple[str, re.Pattern[str]]
_PLACE = re.compile(r"%\((\w+)\)s")


def _pattern(text: str) -> re.Pattern[str]:
    pieces = _PLACE.split(text)
    names = (f"(?P<{part}>.+)" if index % 2 else re.escape(part) for index, part in enumerate(pieces))
    return re.compile("".join(names), re.DOTALL)


_KNOWN = tuple((text, _pattern(text)) for text in TEXTS)
_WHOLE = _KNOWN[: -len(PARTS)]


def told(text: str) -> str:
    """Return the text of an error in the active language; texts joined by "; " are told one by one."""
    parts = [text] if _find(text, _WHOLE) else text.split("; ")
    return "; ".join(_told(part) for part in parts)


def _find(text: str, known: Sequence[Known]) -> tuple[str, re.Match[str]] | None:
    found = ((one, match) for one, pattern in known if (match := pattern.fullmatch(text)))
    return next(found, None)


def _told(text: str) -> str:
    found = _find(text, _KNOWN)
    if found is None:
        return text
    known, match = found
    return gettext(known) % {name: _told(part) for name, part in match.groupdict().items()}
