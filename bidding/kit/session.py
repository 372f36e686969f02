"""What a command works with: home, trust, identity and server of one call, each made when it is first needed."""

import os
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

import httpx

from bidding.domain.trust import Trust
from bidding.kit import identity, trusting
from bidding.kit.console import Console
from bidding.kit.errors import UsageError
from bidding.kit.home import Home
from bidding.kit.identity import Identity
from bidding.kit.net import Server
from bidding.kit.passphrases import Passphrases
from kernel import timemachine

SERVER_VARIABLE = "YANGGUANG_SERVER"


@dataclass
class Kit:
    """One call of the kit."""

    home: Home
    console: Console
    passphrases: Passphrases
    trust_folder: Path
    server_url: str = ""
    patience: float = 60.0
    transport: httpx.BaseTransport | None = field(default=None, repr=False)

    @cached_property
    def trust(self) -> Trust:
        """The trust folder's content."""
        return trusting.load(self.trust_folder)

    @cached_property
    def identity(self) -> Identity:
        """The seat, able to sign."""
        return identity.load(self.home, self.passphrases)

    @cached_property
    def server(self) -> Server:
        """The platform that is named, or that this seat enrolled at."""
        url = (
            self.server_url
            or os.environ.get(SERVER_VARIABLE, "")
            or str(self.home.enrolled().get("server", ""))
        )
        if not url:
            raise UsageError("server_needed", variable=SERVER_VARIABLE)
        return Server(
            url,
            self.console,
            signer=lambda: self.identity,
            patience=self.patience,
            transport=self.transport,
        )

    def now(self) -> datetime:
        """Return the instant of the world that the platform lives in."""
        return timemachine.now()

    def close(self) -> None:
        """Close the connections, where there are any."""
        if "server" in self.__dict__:
            self.server.close()
