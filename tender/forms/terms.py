"""The editor of a document's terms: one form, its small tables, and the parameters that its formula takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from kernel.domain import canonical, money
from kernel.pages import Form
from tender.domain import names
from tender.domain.terms import plain
from tender.forms import fields
from tender.forms.fields import Rows, choices

BENCHMARK = frozenset({"mean_benchmark", "composite_benchmark", "interval_table"})
POINTS = frozenset({"mean_benchmark", "composite_benchmark"})
DEDUCTION = frozenset({"lowest_price", "lowest_evaluated_price"})
ALL = BENCHMARK | DEDUCTION | {"evaluated_price"}
TIE_PLACES = ("tie_1", "tie_2", "tie_3", "tie_4")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a method: its label, of which kind it is, and the formulas that take it."""

    name: str
    label: Any
    kind: str
    formulas: frozenset[str]

    def field(self) -> forms.Field:
        """Return its form field; a blank one is left to the method's default, or to a drawn coefficient."""
        if self.kind == "flag":
            return forms.BooleanField(label=self.label, required=False)
        if self.kind == "count":
            return fields.count(self.label, required=False)
        if self.kind == "amount":
            return fields.amount(self.label)
        if self.kind == "basis":
            options = {
                "": _("default of the method"),
                "opened": _("all bids that were opened"),
                "reviewed": _("bids that passed the preliminary review"),
                "remaining": _("bids that were not rejected"),
            }
            return forms.ChoiceField(label=self.label, required=False, choices=list(options.items()))
        return forms.DecimalField(label=self.label, required=False, max_digits=12, decimal_places=6)

    def text(self, value: Any) -> Any:
        """Return a cleaned value as terms hold it; None for one that is not stated."""
        if self.kind == "flag":
            return True if value else None
        if value in (None, ""):
            return None
        if self.kind == "amount":
            return money.to_text(value)
        return plain(value) if isinstance(value, Decimal) else value


PARAMETERS: tuple[Parameter, ...] = (
    Parameter("K", _("K, reduction of the benchmark (blank when drawn)"), "number", BENCHMARK),
    Parameter("E1", _("E1, marks lost per percent above (blank when drawn)"), "number", POINTS),
    Parameter("E2", _("E2, marks lost per percent below (blank when drawn)"), "number", POINTS),
    Parameter("basis", _("Bids that make the mean"), "basis", BENCHMARK),
    Parameter("drop_above", _("Leave extremes out above so many bids (blank: never)"), "count", BENCHMARK),
    Parameter("drop_high", _("Highest prices left out of the mean"), "count", BENCHMARK),
    Parameter("drop_low", _("Lowest prices left out of the mean"), "count", BENCHMARK),
    Parameter("provisional_sum", _("Provisional sum taken off first (yuan)"), "amount", BENCHMARK),
    Parameter("control_price", _("Control price C (yuan)"), "amount", BENCHMARK),
    Parameter("control_weight", _("Weight w of the control price (blank when drawn)"), "number", BENCHMARK),
    Parameter("benchmark_places", _("Decimals of the benchmark"), "count", BENCHMARK),
    Parameter("mean_places", _("Decimals of the mean (blank: not rounded)"), "count", BENCHMARK),
    Parameter("deviation_places", _("Decimals of a deviation in percent"), "count", BENCHMARK),
    Parameter("floor", _("Least marks of a price"), "number", BENCHMARK),
    Parameter("sme_uplift", _("Uplift for small and micro enterprises"), "number", BENCHMARK),
    Parameter("sme_uplift_share", _("Uplift for their share"), "number", BENCHMARK),
    Parameter("sme_uplift_capped", _("The uplift stays within full marks"), "flag", BENCHMARK),
    Parameter("table_full", _("Full marks of the interval table"), "number", frozenset({"interval_table"})),
    Parameter("score_places", _("Decimals of a price score"), "count", BENCHMARK | {"lowest_price"}),
    Parameter("sme_deduction", _("Price deduction for small and micro enterprises"), "number", DEDUCTION),
    Parameter("sme_deduction_share", _("Price deduction for their share"), "number", DEDUCTION),
    Parameter(
        "evaluated_places", _("Decimals of an evaluated price"), "count", DEDUCTION | {"evaluated_price"}
    ),
    Parameter("member_places", _("Decimals of the members' mean"), "count", ALL),
    Parameter("drop_members_high", _("Highest members' marks left out of a mean"), "count", ALL),
    Parameter("drop_members_low", _("Lowest members' marks left out of a mean"), "count", ALL),
)
NULLABLE = frozenset({"drop_above"})


class ItemRow(forms.Form):
    """A scored item."""

    id = forms.CharField(
        label=_("Code"),
        required=False,
        max_length=20,
        validators=[RegexValidator(r"^[a-z0-9_-]+\Z", _("Lower-case letters, digits, - and _."))],
    )
    title = forms.CharField(label=_("Item"), max_length=100)
    full = fields.marks(_("Full marks"))
    kind = forms.ChoiceField(label=_("Kind"), choices=choices(names.ITEM_KIND_NAMES), initial="subjective")


class CoefficientRow(forms.Form):
    """A coefficient with the values among which the opening draws."""

    name = forms.CharField(label=_("Coefficient"), max_length=20)
    values = forms.CharField(
        label=_("Values"), max_length=400, widget=forms.TextInput({"placeholder": "0.01 0.02 0.03"})
    )

    def clean_values(self) -> list[str]:
        """Return the values one by one."""
        return [v for v in self.cleaned_data["values"].replace(",", " ").replace("，", " ").split() if v]


class StratumRow(forms.Form):
    """So many experts of one major at one site."""

    name = forms.CharField(label=_("Major"), max_length=40)
    site = forms.CharField(label=_("Site"), max_length=40)
    count = fields.count(_("Experts"), least=1)


class IntervalRow(forms.Form):
    """One interval of the table of deviations; the first has no lower, the last no upper bound."""

    over = forms.DecimalField(label=_("Over (%)"), required=False, max_digits=8, decimal_places=4)
    upto = forms.DecimalField(label=_("Up to (%)"), required=False, max_digits=8, decimal_places=4)
    anchor = forms.DecimalField(label=_("Anchor"), max_digits=8, decimal_places=4)
    score = forms.DecimalField(label=_("Marks"), max_digits=8, decimal_places=4)
    step = forms.DecimalField(label=_("Step"), max_digits=8, decimal_places=4)


class FactorRow(forms.Form):
    """A term that moves the evaluated price."""

    term = forms.CharField(label=_("Term"), max_length=40)
    standard = forms.DecimalField(label=_("Standard"), max_digits=12, decimal_places=4)
    per = forms.DecimalField(label=_("Per"), max_digits=12, decimal_places=4)
    unit = forms.ChoiceField(label=_("In"), choices=[("yuan", _("yuan")), ("percent", _("percent"))])
    above = forms.DecimalField(label=_("Added above"), max_digits=12, decimal_places=4)
    below = forms.DecimalField(label=_("Added below"), max_digits=12, decimal_places=4)


TABLES: dict[str, type[forms.Form]] = {
    "items": ItemRow,
    "coefficients": CoefficientRow,
    "strata": StratumRow,
    "intervals": IntervalRow,
    "factors": FactorRow,
}


class TermsForm(Form):
    """Everything that the document of one lot fixes, apart from what follows from project and rows."""

    documents_until = fields.instant(_("Document can be obtained until"))
    deadline = fields.instant(_("Bid deadline and opening"))
    validity_days = fields.count(_("Bids stay valid for (days from the deadline)"), least=1)
    estimate = fields.amount(_("Estimate or budget (yuan)"))
    ceiling = fields.amount(_("Ceiling price (yuan)"))
    ceiling_method = forms.CharField(
        label=_("How the ceiling is computed, where no number is stated"), required=False, max_length=400
    )
    deposit_amount = fields.amount(_("Deposit (yuan)"), help_text=_("Blank: no deposit is asked."))
    deposit_forms = forms.MultipleChoiceField(
        label=_("Forms of the deposit"),
        required=False,
        choices=choices(names.DEPOSIT_FORMS),
        widget=forms.CheckboxSelectMultiple,
    )
    parts = forms.MultipleChoiceField(
        label=_("Parts beside the opening form"),
        required=False,
        choices=choices(names.PARTS, ("pricing", "documents")),
        widget=forms.CheckboxSelectMultiple,
    )
    mode = forms.ChoiceField(label=_("Opening mode"), choices=choices(names.MODES), widget=forms.RadioSelect)
    threshold = forms.TypedChoiceField(
        label=_("Custodians"), coerce=int, choices=[(2, _("2 of 3")), (3, _("3 of 5"))]
    )
    formula = forms.ChoiceField(label=_("Formula"))
    price_full = fields.marks(_("Full marks of the price"))
    tie_1 = forms.ChoiceField(label=_("First tie rule"), choices=choices(names.TIES))
    tie_2 = forms.ChoiceField(label=_("Second tie rule"), required=False)
    tie_3 = forms.ChoiceField(label=_("Third tie rule"), required=False)
    tie_4 = forms.ChoiceField(label=_("Fourth tie rule"), required=False)
    candidates = fields.count(_("Candidates"), least=1)
    committee_size = fields.count(_("Members of the committee"), least=1)
    committee_experts = fields.count(_("Experts among them"))
    complex_lot = forms.BooleanField(label=_("Technically complex lot"), required=False)
    total_investment = fields.amount(_("Total investment (yuan)"))
    asks_similar_experience = forms.BooleanField(label=_("Similar works are asked for"), required=False)
    special_structure = forms.BooleanField(label=_("Special structure"), required=False)
    fair_competition_reviewed = forms.BooleanField(
        label=_("The document passed its fair competition review"), required=False
    )

    def __init__(self, data: Any, *, formulas: tuple[str, ...], initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        for name in TIE_PLACES[1:]:
            self._choose(name, [("", "—"), *choices(names.TIES)])
        self._choose("formula", choices(names.FORMULAS, formulas))
        wanted = str((data or initial).get("formula", ""))
        self.chosen = wanted if wanted in formulas else formulas[0]
        for each in self.parameters:
            self.fields[f"p_{each.name}"] = each.field()

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters that the chosen formula takes."""
        return [each for each in PARAMETERS if self.chosen in each.formulas]

    @property
    def parameter_fields(self) -> list[forms.BoundField]:
        """The fields of the chosen formula's parameters."""
        return [self[f"p_{each.name}"] for each in self.parameters]

    @property
    def tables(self) -> list[str]:
        """The small tables that the chosen formula needs beside the common ones."""
        own = {"interval_table": ["intervals"], "evaluated_price": ["factors"]}
        return own.get(self.chosen, [])

    def _choose(self, name: str, options: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = options

    def terms(self, tables: Mapping[str, Rows]) -> dict[str, Any]:
        """Return the editable terms as `drafting.set_terms` takes them; call it when all is valid."""
        found = self.cleaned_data
        rows = {name: table.values() for name, table in tables.items()}
        deposit = found["deposit_amount"]
        return {
            "documents_until": canonical.instant(found["documents_until"]),
            "deadline": canonical.instant(found["deadline"]),
            "validity_days": found["validity_days"],
            "estimate": _amount(found["estimate"]),
            "ceiling": _amount(found["ceiling"]),
            "ceiling_method": found["ceiling_method"],
            "deposit": None
            if deposit is None
            else {"amount": money.to_text(deposit), "forms": found["deposit_forms"]},
            "parts": ["opening", *found["parts"]],
            "mode": found["mode"],
            "threshold": found["threshold"],
            "method": self._method(rows),
            "coefficients": rows["coefficients"],
            "ties": [found[name] for name in TIE_PLACES if found[name]],
            "candidates": found["candidates"],
            "beacon": "",
            "committee": {
                "size": found["committee_size"],
                "experts": found["committee_experts"],
                "strata": rows["strata"],
            },
            "complex_lot": found["complex_lot"],
            "total_investment": _amount(found["total_investment"]),
            "asks_similar_experience": found["asks_similar_experience"],
            "special_structure": found["special_structure"],
            "fair_competition_reviewed": found["fair_competition_reviewed"],
        }

    def _method(self, rows: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
        stated: dict[str, Any] = {}
        for each in self.parameters:
            value = each.text(self.cleaned_data[f"p_{each.name}"])
            if value is not None or each.name in NULLABLE:
                stated[each.name] = value
        for name in self.tables:
            stated[name] = [_texts(row) for row in rows[name]]
        items = [
            {**row, "id": row["id"] or f"item-{number}", "full": plain(row["full"])}
            for number, row in enumerate(rows["items"], start=1)
        ]
        price = plain(self.cleaned_data["price_full"])
        return {"formula": self.chosen, "parameters": stated, "price_full": price, "items": items}


def initial_of(terms: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """Return what the form and its tables show for stored terms; a fresh draft shows the usual choices."""
    usual = {"mode": "consent", "parts": ["documents"], "threshold": 2, "tie_1": "price"}
    if not terms:
        return usual, {}
    method, committee = terms.get("method") or {}, terms.get("committee") or {}
    stated, deposit = method.get("parameters") or {}, terms.get("deposit") or {}
    ties = dict(zip(TIE_PLACES, terms.get("ties", ()), strict=False))
    shown = usual | {name: value for name, value in terms.items() if name in TermsForm.base_fields}
    for name in ("documents_until", "deadline"):
        if terms.get(name):
            shown[name] = canonical.parse_instant(terms[name])
    shown |= {
        **ties,
        "parts": [part for part in terms.get("parts", ("documents",)) if part != "opening"],
        "deposit_amount": deposit.get("amount"),
        "deposit_forms": deposit.get("forms", []),
        "formula": method.get("formula", ""),
        "price_full": method.get("price_full"),
        "committee_size": committee.get("size"),
        "committee_experts": committee.get("experts"),
        **{f"p_{each.name}": stated.get(each.name) for each in PARAMETERS},
    }
    tables = {
        "items": list(method.get("items", ())),
        "coefficients": [{**row, "values": " ".join(row["values"])} for row in terms.get("coefficients", ())],
        "strata": list(committee.get("strata", ())),
        "intervals": list(stated.get("intervals", ())),
        "factors": list(stated.get("factors", ())),
    }
    return shown, tables


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else money.to_text(value)


def _texts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) if isinstance(value, Decimal) else value for name, value in row.items()}
