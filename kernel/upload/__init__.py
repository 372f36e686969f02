"""The upload app: one small ASGI program beside Django that writes, hashes and stamps what arrives."""
