"""Words of the deposits' pages."""
