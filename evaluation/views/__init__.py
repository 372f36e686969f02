"""Pages of evaluation, one module for each reader."""
