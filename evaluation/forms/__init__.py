"""Forms of evaluation: what those around a committee type; each becomes the arguments of one action."""
