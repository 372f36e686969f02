"""Pages of accounts: sign-in and security, messages and signatures, and what the operator keeps."""
