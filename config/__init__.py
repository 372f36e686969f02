"""The composition root: settings, routes, processes, and the one table that wires the apps together."""
