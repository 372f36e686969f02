"""Pages of monitoring: flags, cases and dossiers for the regulator, and what the firms of a case are asked."""
