"""Forms of monitoring: what narrows the lists, what is said of an alert, and what moves a case."""
