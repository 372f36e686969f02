"""The ground of all pages: one form goes to one action, and what an action refuses is shown beside what was typed."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url

from kernel.domain.refusals import Refused, RefusedError

REFUSED = 422
SEE_OTHER = 303
PAGE_ROWS = 25


class Form(forms.Form):
    """A form that keeps what an action refused; `<c-refusals :form="form" />` shows it above the fields."""

    refusals: tuple[Refused, ...] = ()


def refusals_of(error: RefusedError) -> tuple[Refused, ...]:
    """Return all that an action refused at once; most refuse one thing."""
    return tuple(getattr(error, "refusals", ())) or (error.refusal,)


def posted(request: HttpRequest) -> tuple[Any, Any]:
    """Return what a form with files is bound to: fields and files of a post, else None and None."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def submit(
    request: HttpRequest,
    form: Form,
    act: Callable[[], Any],
    *,
    said: str,
    then: str | Callable[[Any], str],
    unfit: tuple[type[Exception], ...] = (),
) -> HttpResponse | None:
    """Do a posted form's action and redirect with a message; None while the form must be shown (again).

    `then` is the address to go to, or makes it from the action's result. A refusal and the errors named by
    `unfit` stay on the form, so that nothing typed is lost.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        result = act()
    except RefusedError as error:
        form.refusals = refusals_of(error)
        return None
    except unfit as error:
        form.add_error(None, str(error))
        return None
    return done(request, said, then(result) if callable(then) else then)


def done(request: HttpRequest, said: str, to: str) -> HttpResponse:
    """Say what was done, on the page to which the reader is sent (303)."""
    messages.success(request, said)
    return HttpResponseRedirect(resolve_url(to), status=SEE_OTHER)


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *forms_shown: forms.Form | None
) -> HttpResponse:
    """Render a page; with 422 when one of its forms was posted and not accepted."""
    refused = any(
        form is not None and form.is_bound and (form.errors or getattr(form, "refusals", ()))
        for form in forms_shown
    )
    return render(request, template, context, status=REFUSED if refused else 200)


def page_of(request: HttpRequest, rows: Any, size: int = PAGE_ROWS) -> Page[Any]:
    """Return the page of a list that `?page=` names; a number out of range gives the nearest page."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def joined(parts: Sequence[str], by: str = " · ") -> str:
    """Join the parts of a line that are not empty."""
    return by.join(part for part in parts if part)
