"""Pages of the portal, one module for each kind of reader."""
