"""The analytics as a command line that needs neither Django nor a server: `python -m monitoring.cli`."""
