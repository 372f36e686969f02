"""The two editions of a dossier, and what of each file the public one shows: an allow-list that nothing slips past."""

PUBLIC, AUDIT = "public", "audit"
EDITIONS = (PUBLIC, AUDIT)
