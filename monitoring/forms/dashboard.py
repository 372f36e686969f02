"""The form of the dashboard: a quarter, or any months from one to another, and a regime."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from kernel.pages import Form
from monitoring.domain import indicators
from monitoring.domain.indicators import Period
from monitoring.forms.alerts import MONTH
from monitoring.queries.dashboard import Asked
from tender.domain.names import REGIMES

OFFERED = 12
"""So many quarters are offered; older ones are reached by their months."""
MONTHS_MOST = 120


def quarter_name(period: Period) -> str:
    """Return how a quarter is named in addresses: 2026-q1; "" for other periods."""
    found = period.quarter
    return f"{found[0]}-q{found[1]}" if found else ""


def recent(today: date, number: int = OFFERED) -> list[Period]:
    """Return the quarter of a day and those before it, newest first."""
    found = [indicators.quarter_of(today)]
    while len(found) < number:
        found.append(indicators.before(found[-1]))
    return found


class DashboardForm(Form):
    """Which period is shown; left alone it is the quarter that runs."""

    quarter = forms.ChoiceField(label=gettext_lazy("Quarter"), required=False)
    since = forms.RegexField(
        MONTH,
        label=gettext_lazy("or from month"),
        required=False,
        widget=forms.TextInput({"type": "month", "placeholder": "2026-01"}),
    )
    until = forms.RegexField(
        MONTH,
        label=gettext_lazy("to month"),
        required=False,
        widget=forms.TextInput({"type": "month", "placeholder": "2026-12"}),
    )
    regime = forms.ChoiceField(label=gettext_lazy("Regime"), required=False)

    def __init__(self, data: Any, *, today: date) -> None:
        """Offer the newest quarters and the regimes."""
        self._quarters = {quarter_name(one): one for one in recent(today)}
        self._today = today
        given = data.copy()
        if not given.get("since") and not given.get("until"):
            given.setdefault("quarter", next(iter(self._quarters)))
        super().__init__(given)
        choices = [("", gettext("months of your choice")), *((name, name.upper()) for name in self._quarters)]
        self._offer("quarter", choices)
        self._offer(
            "regime", [("", gettext("all")), *((code, gettext(name)) for code, name in REGIMES.items())]
        )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Refuse months in the wrong order, and such as have not begun."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = _first(found.get("since")), _first(found.get("until"))
        if found.get("quarter") or self.errors:
            return found
        since, until = since or until, until or since
        if since is None or until is None:
            self.add_error("quarter", gettext("Choose a quarter, or months."))
        elif since > until:
            self.add_error("until", gettext("The last month lies before the first."))
        elif since > self._today:
            self.add_error("since", gettext("This month has not begun."))
        elif (until.year - since.year) * 12 + until.month - since.month >= MONTHS_MOST:
            self.add_error("since", gettext("At most ten years are shown at once."))
        return found

    def asked(self) -> Asked:
        """Return what was asked; a period that cannot be read is the quarter that runs."""
        good, known = self.is_valid(), self.cleaned_data
        regime = known.get("regime", "")
        chosen = self._quarters.get(known.get("quarter", ""))
        if not good or chosen is not None:
            return Asked(chosen or indicators.quarter_of(self._today), regime)
        since, until = _first(known.get("since")), _first(known.get("until"))
        first, last = since or until, until or since
        return Asked(Period(first, last) if first and last else indicators.quarter_of(self._today), regime)


def _first(month: str | None) -> date | None:
    return date.fromisoformat(f"{month}-01") if month else None
