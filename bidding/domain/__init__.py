"""Pure rules of bidding: what a rival or a court can check without our server."""
