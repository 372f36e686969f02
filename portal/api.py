"""The portal's part of the API: the server's time, and what a trust folder holds."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from accounts import queries as accounts
from kernel import clock, evidence
from kernel.domain import canonical

router = Router(tags=["platform"])
WARNING = (
    "Trust what you obtained by another way before: compare these files with those that the platform's "
    "operator and the witnesses published out of band. A server that lies would lie here too."
)


class TimeOut(Schema):
    """The server's instant, RFC 3339 in UTC with milliseconds."""

    now: str


class TrustOut(Schema):
    """The files of a trust folder as this server states them, and why that is not enough."""

    roots_pem: str
    platform_pem: str
    platform_fingerprints: list[str]
    policy: str
    log: str
    warning: str


@router.get("/time", response=TimeOut, auth=None)
def time(request: HttpRequest) -> Any:
    """Give the server's time."""
    return {"now": canonical.instant(clock.now())}


@router.get("/trust", response=TrustOut, auth=None)
def trust(request: HttpRequest) -> Any:
    """Give roots, platform certificate, log key and witness policy, with the warning to check them elsewhere."""
    pem, fingerprint = accounts.platform_certificate()
    return {
        "roots_pem": accounts.roots_pem(),
        "platform_pem": pem,
        "platform_fingerprints": [fingerprint],
        "policy": evidence.policy_text(),
        "log": evidence.log_key(),
        "warning": WARNING,
    }
