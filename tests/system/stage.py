"""Who sends crafted frames, who listens, and what is counted of what did not arrive."""
from contextlib import ExitStack, contextmanager

from scapy.layers.inet import UDP
from scapy.packet import Raw

from attacks import ip4
from place import Place, mark

CONTROL_PORT = 9
UNCHECKED = {"security_groups": [], "port_security_enabled": False}


class Stage:
    """Who attacks, who listens on the same node and on another one, and whose identity is abused."""

    def __init__(self, tenant, guest=False, mine=None, **attributes):
        self.tenant = tenant
        self.me = (tenant.start_guest if guest else tenant.start_place)("me", "worker1", **{**attributes, **(mine or {})})
        self.listeners = [tenant.start_place("near", "worker1", **attributes),
                          tenant.start_place("far", "worker2", **attributes)]
        for place in (self.me, *self.listeners):
            place.silence()
        self.them = Place(None, None, tenant.port("worker3"))

    def refuses(self, frames_for, reason, held=0):
        """Asserts that nobody hears these frames, and that each is counted with this reason (or one of these).

        So many of the frames for each listener are held by the connection tracker and never go on: nobody drops them.
        """
        before = self.tenant.drops(self.me.id)
        sent = sum(len(frames_for(place)) - held for place in self.listeners)
        assert self.heard(frames_for) == [[], []]
        drops = self._new_drops(before, sent)
        assert drops.total() == sent and set(drops) <= ({reason} if isinstance(reason, str) else set(reason)), drops

    def refuses_soon(self, frames_for, reason):
        """Asserts that in the end nobody hears these frames, and that each that did not arrive is counted."""
        before, lost = self.tenant.drops(self.me.id), 0

        def nobody_hears():
            nonlocal lost
            near, far = self.heard(frames_for)
            lost += sum(len(frames_for(place)) for place in self.listeners) - len(near) - len(far)
            return not near and not far
        self.tenant.t.wait(nobody_hears, f"{reason}")
        assert self._new_drops(before, lost) == {reason: lost}

    def _new_drops(self, before, count):
        """What was dropped since; the switch's counters come late."""
        def counted():
            now = self.tenant.drops(self.me.id) - before
            return now if now.total() >= count else None
        return self.tenant.t.wait(counted, f"{count} drops are counted")

    @contextmanager
    def listening(self):
        """Wires of the sender and of the listeners."""
        with ExitStack() as wires:
            yield (wires.enter_context(self.me.wire()),
                   [(place, wires.enter_context(place.wire())) for place in self.listeners])

    def heard(self, frames_for):
        """What each listener hears of what is sent to it."""
        with self.listening() as (mine, others):
            for place, _ in others:
                mine.send(*frames_for(place))
            return [self._heard_by(mine, place, wire) for place, wire in others]

    def _heard_by(self, mine, place, wire):
        last = mark()
        mine.send(ip4(self.me, place, payload=UDP(sport=CONTROL_PORT, dport=CONTROL_PORT) / Raw(last)))
        return wire.heard_until(last)
