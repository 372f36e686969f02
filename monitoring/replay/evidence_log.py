"""The log of a replay: ticked when a phase ends, each checkpoint shown to the three witnesses at once."""

from kernel import clock, log, sequencer
from kernel.domain import canonical, notes
from kernel.witness import Witness
from monitoring.replay.store import WITNESSES


class EvidenceLog:
    """Writes what waits into the log and has it witnessed, as couriers do between programs."""

    def __init__(self, witnesses: list[Witness]) -> None:
        self._witnesses = dict(zip(WITNESSES, witnesses, strict=True))
        self._known = dict.fromkeys(WITNESSES, 0)

    def settle(self) -> str:
        """Tick until nothing waits, then have the newest checkpoint cosigned; returns its note."""
        while sequencer.tick(now=clock.now()).entries.exists():
            continue
        size = log.size()
        note = str(log.note_of(size))
        for name, witness in self._witnesses.items():
            self._show(name, witness, size, note)
        return str(log.note_of(size))

    def _show(self, name: str, witness: Witness, size: int, note: str) -> None:
        known = self._known[name]
        path = [canonical.b64(step) for step in log.consistency(known, size)]
        line = witness.add_checkpoint("\n".join([f"old {known}", *path]) + "\n\n" + note)
        key, raw = notes.Note.parse(note + line).signatures[-1]
        log.add_cosignature(size, name, key, raw)
        self._known[name] = size
