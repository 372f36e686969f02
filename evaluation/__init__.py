"""Who judges and how: the expert pool, the draw, the committee, scoring and the report."""
