"""The API of all apps, published with its schema at /api/openapi.json."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from accounts.api import router as accounts_router
from bidding import queries as bidding
from bidding.actions.recording import RecordedRefusalError
from bidding.api import router as bidding_router
from deposits.api import router as deposits_router
from kernel.domain.refusals import RefusedError
from portal.api import router as portal_router
from portal.refusals import error_json
from tender.api import router as tender_router

api = NinjaAPI(title="Yangguang", version="1", urls_namespace="api", docs_url=None)
api.add_router("", accounts_router)
api.add_router("", bidding_router)
api.add_router("", deposits_router)
api.add_router("", portal_router)
api.add_router("", tender_router)


@api.exception_handler(RefusedError)
def refused(request: HttpRequest, error: RefusedError) -> HttpResponse:
    """Answer a refusal with its rule, article, sentence and the facts that were measured."""
    return api.create_response(request, error_json(error), status=422)


@api.exception_handler(RecordedRefusalError)
def refused_with_record(request: HttpRequest, error: RecordedRefusalError) -> HttpResponse:
    """Answer a refusal of which the platform signed a record, with the record's receipt."""
    answer = {**error_json(error), "receipt": bidding.receipt(error.row)}
    return api.create_response(request, answer, status=422)
