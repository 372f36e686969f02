"""How opening an age file can fail: each cause has its own class, because each has another consequence."""


class AgeError(ValueError):
    """An age file, key or armor that cannot be used; the message says what is wrong."""


class KeyTextError(AgeError):
    """A text that is no recipient or identity."""


class HeaderError(AgeError):
    """The header departs from the format."""


class UnsupportedError(AgeError):
    """The file or key is of a kind that this suite does not use: a passphrase (scrypt), or a hybrid key."""


class NoMatchError(AgeError):
    """The file is addressed to other keys."""


class HmacError(AgeError):
    """The header was changed after it was written."""


class PayloadError(AgeError):
    """The encrypted content is cut off, changed or continued."""


class ArmorError(AgeError):
    """The text wrapping (PEM) departs from the format."""
