from django.db import migrations, models

import bidding.domain.lifecycle


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_due_indexes"),
        ("bidding", "0002_append_only"),
        ("tender", "0003_due_indexes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="bid",
            index=models.Index(
                condition=models.Q(("state", bidding.domain.lifecycle.Bid["HELD"])),
                fields=["received_at"],
                name="bids_held",
            ),
        ),
        migrations.AddIndex(
            model_name="draw",
            index=models.Index(fields=["state", "commit_due_at"], name="bidding_dra_state_a66d69_idx"),
        ),
        migrations.AddIndex(
            model_name="hall",
            index=models.Index(fields=["step", "due_at"], name="bidding_hal_step_33de30_idx"),
        ),
    ]
