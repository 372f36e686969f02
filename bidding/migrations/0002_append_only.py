"""What bidders and custodians signed, and what the platform signed of them, stays as it was."""

from django.db import migrations

from kernel.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("bidding", "0001_initial"), ("kernel", "0002_append_only")]

    operations = [
        AppendOnly("bidding_signedrecord"),
        AppendOnly("bidding_sharefile"),
        AppendOnly("bidding_closingline"),
        AppendOnly("bidding_consent"),
        AppendOnly("bidding_lodging"),
        AppendOnly("bidding_custodianmessage"),
        AppendOnly("bidding_escrowshare"),
    ]
