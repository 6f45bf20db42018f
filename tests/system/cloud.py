"""The real openstack client, for tests that only weftd has to do with."""
import itertools
import json

_numbers = itertools.count(1)


class Cloud:
    """Runs openstack commands; what was made with it goes again."""

    def __init__(self, teller, cleaner):
        self._teller, self._cleaner = teller, cleaner
        self.name = f"cloud{next(_numbers)}"

    def run(self, command):
        return self._teller.run(f"openstack {command}")

    def refused(self, command):
        """Runs a command that must fail; gives what the user reads."""
        return self._teller.run(f"openstack {command}", expect=1)

    def read(self, command):
        return json.loads(self.run(f"{command} -f json"))

    def make(self, kind, options=""):
        """A new object, by the name of its sort; gives it as the client shows it."""
        name = f"{self.name}-{next(_numbers)}"
        made = self.read(f"{kind} create {options} {name}")
        self._cleaner.callback(self._teller.quiet, f"openstack {kind} delete {made['id']}")
        return made

    def allow(self, group, options):
        return self.read(f"security group rule create {options} {group['id']}")
