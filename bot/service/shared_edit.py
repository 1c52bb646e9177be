"""An edit of the facts that several processes share in a database."""

from dataclasses import dataclass

from bot.core.model import Knowledge
from bot.service.ports import RevisionStore
from bot.service.records import LoadedRevision
from bot.service.threads import wait_for


@dataclass(frozen=True, slots=True)
class SharedEdit:
    """What the facts say with an edit, which `write` makes the active revision of all processes."""

    knowledge: Knowledge
    seen: str
    """The revision that the edit starts from."""
    loaded: LoadedRevision
    store: RevisionStore

    @property
    def revision(self) -> str:
        """Return the revision of the facts with the edit."""
        return self.loaded.revision

    @property
    def copied_to(self) -> str:
        """Return "": nothing is copied."""
        return ""

    def write(self) -> None:
        """Publish the edit, in a thread of `in_thread`; raise StaleError if another one was faster, StoreError."""
        wait_for(self.store.publish(self.loaded, self.seen))
