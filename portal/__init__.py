"""The public site and each seat's workbench: pages composed from all apps, no business state."""
