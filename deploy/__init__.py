"""Set-up, checks, running, backup: what surrounds the platform on a machine."""
