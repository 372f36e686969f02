"""Pure rules of accounts: identities, certificates and signatures."""
