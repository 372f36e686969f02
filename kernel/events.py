"""Events: frozen facts with ids, by which an app tells upper apps what happened without knowing them."""

import dataclasses
import uuid
from typing import Any, ClassVar, Self


@dataclasses.dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events; fields are UUID, str, int, bool or None."""

    registry: ClassVar[dict[str, type["Event"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Remember the class by its name, `app.ClassName`."""
        super().__init_subclass__(**kwargs)
        Event.registry[cls.name()] = cls

    @classmethod
    def name(cls) -> str:
        """Return `app.ClassName`."""
        return f"{cls.__module__.split('.')[0]}.{cls.__name__}"

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        pairs = ((f.name, getattr(self, f.name)) for f in dataclasses.fields(self))
        return {key: str(value) if isinstance(value, uuid.UUID) else value for key, value in pairs}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        wanted = {f.name for f in dataclasses.fields(cls) if "UUID" in str(f.type)}
        return cls(**{k: uuid.UUID(v) if k in wanted and v is not None else v for k, v in body.items()})
