"""Forms of accounts: imports, recovery, trust, signatures made in the browser."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from accounts.domain import assembly, certificates
from accounts.domain.cms import SignatureError
from accounts.domain.names import SEATS
from kernel.domain import canonical
from kernel.pages import Form

CSV_BYTES_MAXIMUM = 4 * 1024 * 1024
PEM_BYTES_MAXIMUM = 64 * 1024


class ImportForm(Form):
    """A CSV file in UTF-8."""

    file = forms.FileField(label=gettext_lazy("CSV file in UTF-8"))

    def clean_file(self) -> str:
        """Return the file's text."""
        file = self.cleaned_data["file"]
        if file.size > CSV_BYTES_MAXIMUM:
            raise ValidationError(_("This file is larger than 4 MB; divide it."))
        try:
            return bytes(file.read()).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValidationError(
                _("This file is not in UTF-8. Export it as “CSV UTF-8” and choose it again.")
            ) from error


class ReasonForm(Form):
    """A reason in words, which goes into the log."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        help_text=gettext_lazy("It goes into the log."),
        widget=forms.Textarea({"rows": 2}),
    )


class TrustAnchorForm(Form):
    """A root certificate of a licensed authority."""

    name = forms.CharField(label=gettext_lazy("Name of the authority"), max_length=80)
    file = forms.FileField(label=gettext_lazy("Root certificate (PEM)"))

    def clean_file(self) -> str:
        """Return the PEM; each certificate in it must be readable."""
        file = self.cleaned_data["file"]
        if file.size > PEM_BYTES_MAXIMUM:
            raise ValidationError(_("A root certificate is no larger than 64 KB."))
        try:
            found = certificates.load_bundle(file.read())
        except certificates.CertificateError as error:
            raise ValidationError(str(error)) from error
        return certificates.to_bundle(found).decode()


class SeatFilter(Form):
    """What the list of seats is narrowed to."""

    text = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=60)
    kind = forms.ChoiceField(
        label=gettext_lazy("Seat"),
        required=False,
        choices=[("", gettext_lazy("all")), *((kind, gettext_lazy(name)) for kind, name in SEATS.items())],
    )


class SignatureForm(Form):
    """A signature made in the browser: the certificate in PEM and r || s in base64; the key is not among them."""

    certificate = forms.CharField(widget=forms.HiddenInput, max_length=PEM_BYTES_MAXIMUM)
    raw = forms.CharField(widget=forms.HiddenInput, max_length=200)

    def clean(self) -> dict[str, object]:
        """Put the CMS together."""
        found = super().clean() or {}
        try:
            [certificate] = certificates.load_bundle(str(found["certificate"]).encode())[:1]
            found["signature"] = assembly.assemble(certificate, canonical.unb64(str(found["raw"])))
        except KeyError as error:
            raise ValidationError(
                _("Choose the certificate and the key of this seat, then sign; this needs JavaScript.")
            ) from error
        except (certificates.CertificateError, SignatureError, canonical.NotCanonicalError) as error:
            raise ValidationError(str(error)) from error
        return found


class TicketForm(Form):
    """The one-time token of a browser ticket."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=100)
