"""Dossiers: all that a lot leaves behind, laid out as docs/formats.md section 7 says, for strangers to verify."""
