"""Who may open what: one row for each route, operation and socket. Add a row with every route that you add.

A path may name things of the scene in braces: {lot} published and before T, {draft}, {foreign} of another side,
{opened} with its opening ended, {judged} before its committee. `declared` is what the view itself declares and must
agree. `rows.py` says who asks and what each outcome means; the rows of bidding and of evaluation have their own files.
"""

from accounts.domain.seats import SeatKind as S
from tests.access import bidding, evaluation
from tests.access.evaluation import DRAFTERS, OURS, PROCURERS
from tests.access.rows import (
    closed_operation,
    nobody,
    open_operation,
    post,
    posts,
    public,
    seats,
    signed_in,
    token,
)

"""The seats of the scene's procuring entity; its lots have no agency, so they are hidden from the agency's seat."""
_WATCHERS = (*PROCURERS, S.SUPERVISOR)

PAGES = [
    # the public site
    public("home", "/"),
    public("notices", "/notices/"),
    public("notices-atom", "/notices.atom"),
    public("results", "/results/"),
    public("open-data", "/open-data/"),
    public("notices-jsonl", "/open-data/notices.jsonl"),
    public("lot", "/lots/{lot}/"),
    nobody("lot", "/lots/{draft}/"),
    public("lot-rules", "/lots/{lot}/rules/"),
    nobody("lot-rules", "/lots/{draft}/rules/"),
    public("lot-notice", "/lots/{lot}/notice.json"),
    nobody("lot-notice", "/lots/{draft}/notice.json"),
    public("lot-edition", "/lots/{lot}/edition.toml"),
    nobody("lot-edition", "/lots/{draft}/edition.toml"),
    public("lot-evidence", "/lots/{lot}/evidence.json"),
    nobody("lot-evidence", "/lots/{draft}/evidence.json"),
    public("lot-addendum", "/lots/{opened}/addenda/1.json"),
    nobody("lot-addendum", "/lots/{lot}/addenda/1.json"),
    public("lot-publication", "/lots/{opened}/publications/result.json"),
    nobody("lot-publication", "/lots/{lot}/publications/result.json"),
    public("lot-file", "/lots/{lot}/files/{file}/"),
    nobody("lot-file", "/lots/{draft}/files/{file}/"),
    public("lot-objections", "/lots/{lot}/objections/"),
    nobody("lot-objections", "/lots/{draft}/objections/"),
    seats("lot-obtain", "/lots/{lot}/obtain/", S.BIDDER, shared=True, method="POST", ok={303}),
    seats(
        "lot-objection-withdraw",
        "/lots/{lot}/objections/{objection}/withdraw/",
        S.BIDDER,
        method="POST",
        ok={303},
    ),
    public("verify", "/verify/"),
    public("verifier", "/verify/verify.py"),
    public("log", "/log/"),
    public("log-checkpoint", "/log/checkpoint"),
    public("log-tile", "/log/tile/0/000.p/1"),
    nobody("log-tile", "/log/tile/0/999"),
    public("rules", "/rules/"),
    public("rule", "/rules/T-03/"),
    public("glossary", "/glossary/"),
    public("about", "/about/"),
    public("help", "/help/"),
    public("set_language", "/language/", method="POST", data={"language": "en"}, ok={302}),
    public("healthz", "/healthz"),
    public("readyz", "/readyz", ok={200, 503}),
    public("styleguide", "/styleguide/"),
    # sign-in and security
    public("sign-in", "/sign-in/", ok={200, 302}),
    public("account_login", "/sign-in/", ok={200, 302}),
    public("mfa_authenticate", "/sign-in/code/", ok={302}),
    public("mfa_login_webauthn", "/sign-in/passkey/", ok={302}),
    public("sign-in-certificate", "/sign-in/certificate/"),
    public("sign-in-ticket", "/sign-in/ticket/"),
    public("account_inactive", "/sign-in/closed/"),
    public("sign-out", "/sign-out/", ok={200, 302}),
    public("account_logout", "/sign-out/", ok={200, 302}),
    public("account_signup", "/sign-up/", ok={200, 302}),
    public("enrol", "/enrol/"),
    public("recovery", "/recovery/"),
    signed_in("security", "/security/"),
    signed_in("mfa_index", "/security/"),
    signed_in("account_reauthenticate", "/security/confirm/", ok={200, 302, 403}),
    signed_in("mfa_reauthenticate", "/security/confirm/code/", ok={200, 302, 403}),
    signed_in("mfa_reauthenticate_webauthn", "/security/confirm/passkey/", ok={200, 302, 403}),
    signed_in("account_change_password", "/security/password/", ok={200, 302}),
    signed_in("account_set_password", "/security/password/first/", ok={200, 302}),
    signed_in("mfa_activate_totp", "/security/app/", ok={200, 302}),
    signed_in("mfa_deactivate_totp", "/security/app/remove/", ok={404}),
    signed_in("mfa_view_recovery_codes", "/security/codes/", ok={302, 404}),
    signed_in("mfa_generate_recovery_codes", "/security/codes/new/", ok={200, 302}),
    signed_in("mfa_download_recovery_codes", "/security/codes/download/", ok={302, 404}),
    signed_in("mfa_list_webauthn", "/security/passkeys/"),
    signed_in("mfa_add_webauthn", "/security/passkeys/add/", ok={200, 302}),
    signed_in("mfa_edit_webauthn", "/security/passkeys/1/", ok={302, 404}),
    signed_in("mfa_remove_webauthn", "/security/passkeys/1/remove/", ok={302, 404}),
    # every seat's desk
    seats("desk", "/desk/"),
    seats("messages", "/desk/messages/"),
    seats("messages-read", "/desk/messages/read/", method="POST", ok={303}),
    seats(
        "message",
        "/desk/messages/{message}/",
        S.REVIEWER,
        hidden_from=[kind for kind in S if kind is not S.REVIEWER],
        method="POST",
        ok={302},
    ),
    seats("signatures", "/desk/signatures/"),
    seats(
        "sign",
        "/desk/signatures/{request}/",
        S.REVIEWER,
        hidden_from=[kind for kind in S if kind is not S.REVIEWER],
    ),
    # operator, witness, auditor
    seats("organisations", "/desk/organisations/", S.OPERATOR),
    seats("organisations-import", "/desk/organisations/import/", S.OPERATOR),
    seats("people-import", "/desk/people/import/", S.OPERATOR),
    seats("seats", "/desk/seats/", S.OPERATOR, S.AUDITOR),
    seats("seat", "/desk/seats/{seat}/", S.OPERATOR),
    seats("trust", "/desk/trust/", S.OPERATOR),
    seats("calendar", "/desk/calendar/", S.OPERATOR),
    seats("clock", "/desk/clock/", S.OPERATOR, S.WITNESS),
    seats("journal", "/desk/journal/", S.AUDITOR),
    # the side that procures
    seats("desk-projects", "/desk/projects/", *PROCURERS),
    seats("desk-project-new", "/desk/projects/new/", *DRAFTERS),
    seats("desk-project", "/desk/projects/{project}/", *OURS, hidden_from=[S.AGENCY]),
    seats("desk-lots", "/desk/lots/", *PROCURERS),
    seats("desk-lot", "/desk/lots/{draft}/", *OURS, hidden_from=[S.AGENCY]),
    seats("desk-lot", "/desk/lots/{foreign}/", hidden_from=PROCURERS, theirs=OURS),
    seats("desk-lot-terms", "/desk/lots/{draft}/terms/", S.CLERK, hidden_from=[S.AGENCY]),
    seats("desk-lot-files", "/desk/lots/{draft}/files/", S.CLERK, hidden_from=[S.AGENCY]),
    seats(
        "desk-lot-file-remove",
        "/desk/lots/{draft}/files/remove/",
        S.CLERK,
        hidden_from=[S.AGENCY],
        method="POST",
        data={"name": "none.pdf"},
        ok={303},
    ),
    seats("desk-lot-people", "/desk/lots/{draft}/people/", S.CLERK, hidden_from=[S.AGENCY]),
    seats("desk-lot-check", "/desk/lots/{draft}/check/", *OURS, hidden_from=[S.AGENCY]),
    seats(
        "desk-lot-submit",
        "/desk/lots/{draft}/submit/",
        S.CLERK,
        hidden_from=[S.AGENCY],
        method="POST",
        ok={303},
    ),
    post("desk-lot-submit", "/desk/lots/{foreign}/submit/", hidden_from=DRAFTERS, theirs=[S.CLERK]),
    seats("desk-lot-return", "/desk/lots/{draft}/return/", S.REVIEWER),
    seats("desk-lot-approve", "/desk/lots/{draft}/approve/", S.REVIEWER, method="POST", ok={303}),
    post("desk-lot-approve", "/desk/lots/{foreign}/approve/", hidden_from=[S.REVIEWER], theirs=[S.REVIEWER]),
    seats("desk-lot-publish", "/desk/lots/{draft}/publish/", S.REVIEWER, method="POST", ok={303}),
    post("desk-lot-publish", "/desk/lots/{foreign}/publish/", hidden_from=[S.REVIEWER], theirs=[S.REVIEWER]),
    seats("desk-lot-addendum", "/desk/lots/{lot}/addendum/", S.CLERK, S.REVIEWER, hidden_from=[S.AGENCY]),
    seats(
        "desk-lot-addendum-publish", "/desk/lots/{lot}/addendum/publish/", S.REVIEWER, method="POST", ok={422}
    ),
    seats("desk-lot-cancel", "/desk/lots/{lot}/cancel/", S.CLERK, S.REVIEWER, hidden_from=[S.AGENCY]),
    seats("desk-lot-cancel-decide", "/desk/lots/{lot}/cancel/decide/", S.REVIEWER, method="POST", ok={422}),
    seats("objections", "/desk/objections/", *PROCURERS),
    seats("objection", "/desk/objections/{objection}/", *OURS, hidden_from=[S.AGENCY]),
    # custodians
    seats("custody", "/desk/custody/", S.CUSTODIAN),
    seats("custody-lot", "/desk/custody/{lot}/", S.CUSTODIAN),
    seats("custody-lot", "/desk/custody/{foreign}/", hidden_from=[S.CUSTODIAN]),
]

AWARD = [
    seats("desk-lot-award", "/desk/lots/{judged}/award/", *OURS, hidden_from=[S.AGENCY]),
    seats("desk-lot-award", "/desk/lots/{foreign}/award/", hidden_from=PROCURERS, theirs=OURS),
    post("desk-lot-award-lay", "/desk/lots/{judged}/award/lay/", S.REVIEWER),
    post("desk-lot-contract-lay", "/desk/lots/{judged}/contract/lay/", S.REVIEWER),
    post("desk-lot-perform", "/desk/lots/{judged}/perform/", S.CLERK, hidden_from=[S.AGENCY]),
]

DEPOSITS = [
    public("guarantees", "/guarantees/"),
    seats("lot-deposits", "/desk/lots/{lot}/deposits/", *OURS, S.SUPERVISOR, hidden_from=[S.AGENCY]),
    seats("lot-deposits", "/desk/lots/{opened}/deposits/", *OURS, S.SUPERVISOR, hidden_from=[S.AGENCY]),
    seats("lot-deposits", "/desk/lots/{foreign}/deposits/", hidden_from=_WATCHERS),
    seats("deposit-propose", "/desk/deposits/{deposit}/decide/", S.CLERK, hidden_from=[S.AGENCY]),
    seats("deposit-propose", "/desk/deposits/{nothing}/decide/", hidden_from=DRAFTERS),
    post("deposit-decide", "/desk/deposits/decisions/{decision}/", S.REVIEWER),
    seats("own-deposits", "/desk/deposits/", S.BIDDER),
    seats("issued-guarantees", "/desk/guarantees/", S.ISSUER),
    seats("institutions", "/desk/institutions/", S.OPERATOR),
    seats("institution-new", "/desk/institutions/new/", S.OPERATOR),
    seats("institution", "/desk/institutions/{institution}/", S.OPERATOR),
]

_CASE = "/desk/monitoring/cases/{case}"
_AUDIT = (S.AUDITOR, S.SUPERVISOR, S.ARCHIVIST)

MONITORING = [
    # every supervisor sees every opened lot; before the opening there is nothing to see
    seats("monitoring", "/desk/monitoring/", S.SUPERVISOR),
    *(
        row
        for name, rest in (("monitoring-lot", ""), ("monitoring-bids", "bids.csv"))
        for row in (
            seats(name, f"/desk/monitoring/lots/{{opened}}/{rest}", S.SUPERVISOR, shared=True),
            seats(name, f"/desk/monitoring/lots/{{lot}}/{rest}", hidden_from=[S.SUPERVISOR]),
        )
    ),
    seats("monitoring-suspicion", "/desk/monitoring/lots/{opened}/suspicion/", S.SUPERVISOR, shared=True),
    seats("monitoring-suspicion", "/desk/monitoring/lots/{lot}/suspicion/", hidden_from=[S.SUPERVISOR]),
    seats("monitoring-market", "/desk/monitoring/markets/{market}.csv", S.SUPERVISOR, shared=True),
    seats("monitoring-market", "/desk/monitoring/markets/{nothing}.csv", hidden_from=[S.SUPERVISOR]),
    seats("monitoring-network", "/desk/monitoring/network/", S.SUPERVISOR),
    seats("monitoring-lessons", "/desk/monitoring/models/", S.SUPERVISOR),
    seats("monitoring-lesson", "/desk/monitoring/models/{lesson}/", S.SUPERVISOR, shared=True),
    seats("monitoring-lesson", "/desk/monitoring/models/{nothing}/", hidden_from=[S.SUPERVISOR]),
    seats("monitoring-model", "/desk/monitoring/models/{lesson}.skops", S.SUPERVISOR, shared=True),
    seats("monitoring-model", "/desk/monitoring/models/{nothing}.skops", hidden_from=[S.SUPERVISOR]),
    seats("monitoring-alert", "/desk/monitoring/alerts/{alert}/", S.SUPERVISOR, shared=True),
    post("monitoring-seen", "/desk/monitoring/alerts/{alert}/seen/", S.SUPERVISOR, shared=True),
    post("monitoring-reopen", "/desk/monitoring/alerts/{alert}/reopen/", S.SUPERVISOR, shared=True),
    post("monitoring-reopen", "/desk/monitoring/alerts/{nothing}/reopen/", hidden_from=[S.SUPERVISOR]),
    post("monitoring-seen", "/desk/monitoring/alerts/{nothing}/seen/", hidden_from=[S.SUPERVISOR]),
    # figures of every lot, for every supervisor; a quarter that has not begun has no report
    seats("monitoring-dashboard", "/desk/monitoring/dashboard/", S.SUPERVISOR),
    *(
        row
        for kind in ("pdf", "csv")
        for row in (
            seats(f"monitoring-report-{kind}", f"/desk/monitoring/reports/2026-q1.{kind}", S.SUPERVISOR),
            seats(
                f"monitoring-report-{kind}",
                f"/desk/monitoring/reports/9999-q4.{kind}",
                hidden_from=[S.SUPERVISOR],
            ),
        )
    ),
    # cases: supervisors see them all; a firm sees its own question once it is asked, and nobody else sees anything
    seats("monitoring-cases", "/desk/monitoring/cases/", S.SUPERVISOR),
    seats("monitoring-case-new", "/desk/monitoring/cases/new/", S.SUPERVISOR),
    seats("monitoring-case", f"{_CASE}/", S.SUPERVISOR, shared=True),
    post("monitoring-case", f"{_CASE}/", S.SUPERVISOR, shared=True, data={"act": "close"}),
    seats("monitoring-case", "/desk/monitoring/cases/{nothing}/", hidden_from=[S.SUPERVISOR]),
    seats("monitoring-case-evidence", f"{_CASE}/evidence/1/", S.SUPERVISOR, shared=True),
    seats("monitoring-case-evidence", f"{_CASE}/evidence/99/", hidden_from=[S.SUPERVISOR]),
    seats("monitoring-case-reply", f"{_CASE}/replies/{{asked}}/", S.SUPERVISOR, shared=True),
    seats("monitoring-case-reply", f"{_CASE}/replies/{{nothing}}/", hidden_from=[S.SUPERVISOR]),
    seats("monitoring-case-package", f"{_CASE}/package/{{package}}.zip", S.SUPERVISOR, shared=True),
    seats("monitoring-case-package", f"{_CASE}/package/{{audit_dossier}}.zip", hidden_from=[S.SUPERVISOR]),
    seats("own-cases", "/desk/cases/", S.BIDDER),
    seats("own-case", "/desk/cases/{asked}/", S.BIDDER),
    post("own-case", "/desk/cases/{asked}/", S.BIDDER, data={"text": "再次答复"}),
    seats("own-case", "/desk/cases/{nothing}/", hidden_from=[S.BIDDER]),
    seats("own-case-evidence", "/desk/cases/{asked}/evidence/{evidence}/", S.BIDDER),
    seats("own-case-evidence", "/desk/cases/{asked}/evidence/1/", hidden_from=[S.BIDDER]),
    # dossiers
    public("dossier", "/lots/{opened}/dossiers/{public_dossier}.zip"),
    nobody("dossier", "/lots/{opened}/dossiers/{audit_dossier}.zip"),
    nobody("dossier", "/lots/{lot}/dossiers/{public_dossier}.zip"),
    seats("desk-dossiers", "/desk/lots/{opened}/dossiers/", *_AUDIT, shared=True),
    seats("desk-dossiers", "/desk/lots/{draft}/dossiers/", hidden_from=_AUDIT),
    seats("audit-dossier", "/desk/lots/{opened}/dossiers/{audit_dossier}.zip", *_AUDIT, shared=True),
    seats("audit-dossier", "/desk/lots/{opened}/dossiers/{public_dossier}.zip", hidden_from=_AUDIT),
]

AREAS = {
    "site and desks": PAGES,
    "hall": bidding.HALL,
    "evaluation": evaluation.PAGES,
    "award, deposits, monitoring": [*AWARD, *DEPOSITS, *MONITORING],
}
PAGES = [row for rows in AREAS.values() for row in rows]

API = [
    # accounts
    open_operation("POST /enrol", "/api/enrol", method="POST", ok={422}),
    open_operation("POST /sign-in/challenge", "/api/sign-in/challenge", method="POST"),
    open_operation("POST /sign-in", "/api/sign-in", method="POST", ok={422}),
    token("POST /sign-in/ticket", "/api/sign-in/ticket", method="POST"),
    token("GET /signatures", "/api/signatures"),
    posts(token)(
        "POST /signatures/{request_id}",
        "/api/signatures/{request}",
        S.REVIEWER,
        hidden_from=[kind for kind in S if kind is not S.REVIEWER],
        data={"signature": "AAAA"},
    ),
    # the platform
    open_operation("GET /time", "/api/time"),
    open_operation("GET /trust", "/api/trust"),
    # tender
    open_operation("GET /lots", "/api/lots"),
    open_operation("GET /lots/{lot_id}/notice", "/api/lots/{lot}/notice"),
    closed_operation("GET /lots/{lot_id}/notice", "/api/lots/{draft}/notice"),
    open_operation("GET /lots/{lot_id}/files/{digest}", "/api/lots/{lot}/files/{file}"),
    closed_operation("GET /lots/{lot_id}/files/{digest}", "/api/lots/{draft}/files/{file}"),
    posts(token)(
        "POST /lots/{lot_id}/custodian-key",
        "/api/lots/{draft}/custodian-key",
        S.CUSTODIAN,
        data={"document": "{}", "signature": "AAAA"},
    ),
    posts(token)(
        "POST /lots/{lot_id}/custodian-key",
        "/api/lots/{foreign}/custodian-key",
        hidden_from=[S.CUSTODIAN],
        data={"document": "{}", "signature": "AAAA"},
    ),
    token("GET /custody", "/api/custody", S.CUSTODIAN),
    # deposits
    open_operation("GET /guarantees/issuers", "/api/guarantees/issuers"),
    open_operation("GET /deposits/bank", "/api/deposits/bank"),
    *bidding.API,
]

API_PAGES = {"api-root": 404, "openapi-json": 200}
"""What the API answers beside its operations, and how it answers a visitor."""

SOCKETS = bidding.SOCKETS
UPLOADS = bidding.UPLOADS
