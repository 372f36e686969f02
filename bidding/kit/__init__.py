"""The offline tool of bidders and custodians: keys, sealed bids and shares stay on the machine of their owner."""

VERSION = "0.1.0"
