"""Pure rules of monitoring: what a regulator or a court can run on any file of bids without the platform."""
