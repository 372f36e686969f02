"""HTTP routes of all apps; every view declares who may open it."""

from django.urls import include, path

from config.api import api

urlpatterns = [
    path("api/", api.urls),
    path("", include("portal.urls")),
    path("", include("accounts.urls")),
    path("", include("tender.urls")),
    path("", include("bidding.urls")),
    path("", include("deposits.urls")),
    path("", include("evaluation.urls")),
    path("", include("monitoring.urls")),
]
