"""Sign-in, sign-out and the security of an account; passwords, codes and passkeys are allauth's own views."""

from allauth.account import views as account
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import access, actions
from accounts.forms import TicketForm
from accounts.sessions import open_session
from kernel import pages

sign_in = access.public(account.login)
sign_out = access.public(account.logout)
sign_up = access.public(account.signup)
inactive = access.public(account.account_inactive)
second_factor = access.public(mfa.authenticate)
sign_in_passkey = access.public(webauthn.login_webauthn)

security = access.signed_in(mfa.index)
confirm = access.signed_in(account.reauthenticate)
confirm_code = access.signed_in(mfa.reauthenticate)
confirm_passkey = access.signed_in(webauthn.reauthenticate_webauthn)
change_password = access.signed_in(account.password_change)
set_password = access.signed_in(account.password_set)
remove_app = access.signed_in(totp.deactivate_totp)
view_codes = access.signed_in(codes.view_recovery_codes)
make_codes = access.signed_in(codes.generate_recovery_codes)
download_codes = access.signed_in(codes.download_recovery_codes)
passkeys = access.signed_in(webauthn.list_webauthn)
rename_passkey = access.signed_in(webauthn.edit_webauthn)
remove_passkey = access.signed_in(webauthn.remove_webauthn)


class SetUpApp(totp.ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Set up the authenticator app; who just typed its code has shown the second factor in this session."""

    def form_valid(self, form: object) -> HttpResponse:
        """Activate, and count the code as shown."""
        answer: HttpResponse = super().form_valid(form)
        shown = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        record_authentication(self.request, self.request.user, "mfa", id=shown.pk, type=shown.type)
        return answer


class AddPasskey(webauthn.AddWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Add a passkey; who just used it has shown the second factor in this session."""

    def form_valid(self, form: object) -> HttpResponse:
        """Add it, and count it as shown."""
        answer: HttpResponse = super().form_valid(form)
        kind = Authenticator.Type.WEBAUTHN
        shown = Authenticator.objects.filter(user=self.request.user, type=kind).latest("created_at")
        record_authentication(self.request, self.request.user, "mfa", id=shown.pk, type=shown.type)
        return answer


set_up_app = access.signed_in(SetUpApp.as_view())
add_passkey = access.signed_in(AddPasskey.as_view())


@access.public
@require_safe
def sign_in_certificate(request: HttpRequest) -> HttpResponse:
    """Tell how the certificate of a seat signs in."""
    return render(request, "accounts/sign_in_certificate.html")


@access.public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ticket(request: HttpRequest) -> HttpResponse:
    """Open the session of a one-time ticket, whose token stands behind the # that browsers do not send."""
    form = TicketForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        holder = actions.use_ticket(form.cleaned_data["token"])
        if holder is not None:
            open_session(request, holder)
            return pages.done(
                request, _("You are signed in by your certificate."), settings.LOGIN_REDIRECT_URL
            )
        form.add_error(
            None, _("This link was used or is older than two minutes. Let the kit make a new one.")
        )
    return pages.show(request, "accounts/ticket.html", {"form": form}, form)


@access.public
@require_safe
def enrol(request: HttpRequest) -> HttpResponse:
    """Tell what to do with an enrolment code."""
    return render(request, "accounts/enrol.html")


@access.public
@require_safe
def recovery(request: HttpRequest) -> HttpResponse:
    """Tell what to do after a lost password, phone or key."""
    return render(request, "accounts/recovery.html")
