"""Invented values for the style guide, so that every component can be seen and tested on one page."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms, template
from django.utils.translation import gettext as _, gettext_lazy

register = template.Library()

DEADLINE = datetime(2026, 3, 31, 1, 0, tzinfo=UTC)


class SampleForm(forms.Form):
    """One field of each kind of control."""

    title = forms.CharField(
        label=gettext_lazy("Title of the lot"), help_text=gettext_lazy("As it will be printed in the notice.")
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        choices=[("works", gettext_lazy("Works")), ("goods", gettext_lazy("Goods"))],
    )
    estimate = forms.DecimalField(label=gettext_lazy("Estimate (yuan)"), required=False, decimal_places=2)
    mode = forms.ChoiceField(
        label=gettext_lazy("Opening mode"),
        widget=forms.RadioSelect,
        choices=[
            ("consent", gettext_lazy("With each bidder's consent")),
            ("custodians", gettext_lazy("By the custodians alone")),
        ],
    )
    passphrase = forms.CharField(
        label=gettext_lazy("Passphrase"), widget=forms.PasswordInput({"autocomplete": "off"})
    )
    read = forms.BooleanField(label=gettext_lazy("I have read the tender document"))


@register.simple_tag
def sample_form(*, with_errors: bool = False) -> SampleForm:
    """Return the form, empty or with one refused answer for each field."""
    return SampleForm({"estimate": "9800000.005"} if with_errors else None)


@register.simple_tag
def samples() -> dict[str, Any]:
    """Return every invented value by the name of the component that shows it."""
    return {
        "deadline": DEADLINE,
        "crumbs": [
            {"label": _("Today"), "url": "/"},
            {"label": _("Notices"), "url": "/notices/"},
            {"label": _("Style guide"), "url": ""},
        ],
        "milestones": _milestones(),
        "bids": _bids(),
        "facts": {
            _("Last byte received"): "2026-03-31 09:00:00.318",
            _("Bid deadline"): "2026-03-31 09:00:00.000",
            _("Late by"): "0.318 s",
        },
        "details": {
            _("Procuring entity"): _("Lizhou District Road Bureau"),
            _("Method"): _("Mean benchmark"),
            _("Opening mode"): _("With each bidder's consent"),
        },
        "tabs": [
            {"id": "notice-tab", "label": _("Notice")},
            {"id": "document-tab", "label": _("Tender document")},
        ],
        "digest": "9f2c1e5ab07d4466a1d8e3b25c90f7713b6ad4428e5f10c97a3de80b614f2d95",
        "charts": _charts(),
    }


def _milestones() -> list[dict[str, Any]]:
    rows = [
        (_("Published"), -26, "done", "T-03", ""),
        (_("Questions until"), -10, "done", "T-06", ""),
        (_("Bid deadline and opening"), 0, "current", "T-09", ""),
        (_("Evaluation"), None, "next", "", _("after the opening record is signed")),
        (_("Candidates public"), 4, "next", "T-11", ""),
        (_("Contract signed by"), 38, "next", "T-13", ""),
    ]
    return [
        {
            "title": title,
            "at": None if days is None else DEADLINE + timedelta(days=days),
            "state": state,
            "rule": rule,
            "note": note,
        }
        for title, days, state, rule, note in rows
    ]


def _bids() -> list[dict[str, Any]]:
    rows = [
        (_("Lizhou Construction Co., Ltd."), "9800000.00", 120, "ok", _("opened")),
        (_("Jialing Bridge Engineering Co., Ltd."), "10245600.50", 110, "ok", _("opened")),
        (_("Zhaohua Roads and Works Co., Ltd."), None, None, "bad", _("deemed revoked")),
    ]
    return [
        {
            "name": name,
            "price": price,
            "days": days,
            "tone": tone,
            "status": status,
            "received": DEADLINE - timedelta(hours=9 * (len(rows) - index), seconds=41 * index),
        }
        for index, (name, price, days, tone, status) in enumerate(rows)
    ]


def _charts() -> dict[str, Any]:
    names = [_("Lizhou"), _("Jialing"), _("Zhaohua"), _("Cangxi"), _("Wangcang")]
    million = _("million yuan")
    return {
        "bar": {
            "x": names,
            "yName": million,
            "series": [{"name": _("Price"), "data": [9.8, 10.25, 10.4, 10.61, 11.02]}],
            "marks": [{"name": _("Estimate"), "y": 10.5}],
        },
        "line": {
            "x": ["2026-01", "2026-02", "2026-03", "2026-04"],
            "series": [
                {"name": _("Lots opened"), "data": [14, 9, 21, 18]},
                {"name": _("Lots failed"), "data": [1, 0, 2, 1]},
            ],
        },
        "scatter": {
            "xName": million,
            "yName": _("days"),
            "series": [{"name": _("Bid"), "data": [[9.8, 120], [10.25, 110], [10.61, 128], [11.02, 95]]}],
        },
        "graph": {
            "nodes": [{"id": str(i), "name": name, "group": int(i > 2)} for i, name in enumerate(names)],
            "links": [
                {"source": "0", "target": "1", "label": _("one author"), "weight": 2},
                {"source": "1", "target": "2", "label": _("one account"), "weight": 2},
            ],
        },
    }
