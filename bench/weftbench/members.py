"""Time from "this port is now a member" to its first packet through, at groups of many sizes.

The target's one rule names a remote group; all but a few of that group's members are rows only, made through the API and
bound to another node. A plugged port joins the group (a PUT of its groups) while it already pings in vain, every
millisecond; then it leaves again, and the pings must end.
"""
import time

from . import counters, pods
from .client import Client, World
from .report import percentile

SIZES, ROUNDS, QUICK_ROUNDS, WARM_UP = (10, 100, 1000, 5000), 15, 5, 2
TARGET, SAME, OTHER = "worker1", "worker1", "worker2"
ELSEWHERE = "worker3"


class Joiner:
    """A pod that joins and leaves the group and pings the target."""

    def __init__(self, lab, world, node, name, base, named, target):
        self.world, self.base, self.named, self.target = world, base, named, target
        self.pod = pods.plug(lab, world, node, name, security_groups=[base])
        pods.introduce(self.pod, target)
        self.prober = self.pod.prober()

    def _ask(self, word=""):
        self.prober.stdin.write(f"{word} eth0 {self.pod.mac} {self.pod.address} {self.target.mac} {self.target.address}\n")

    def _answer(self):
        answer = self.prober.stdout.readline().strip()
        if answer == "timeout":
            raise TimeoutError("pings were not answered, or for ever")
        return float(answer)

    def _member_of(self, *groups):
        self.world.client.call("PUT", f"/v2.0/ports/{self.pod.port}", {"port": {"security_groups": groups}})

    def join(self):
        """Seconds to the first answer: from just before the PUT, and from its answer."""
        self._ask()
        start = time.monotonic()
        self._member_of(self.base, self.named)
        answered = time.monotonic()
        first = self._answer()
        return first - start, first - answered

    def leave(self):
        """Seconds from the answer of the PUT to the last ping that passed; 0 when none did after it."""
        self._member_of(self.base)
        answered = time.monotonic()
        self._ask("silence")
        return max(0.0, self._answer() - answered)

    def remove(self):
        pods.end(self.prober)
        self.pod.remove()


def _measure(lab, report, joiner, size, where, rounds):
    joined, after_answer = [], []
    joiner.leave()
    before = counters.of(lab, TARGET)
    for _ in range(rounds + WARM_UP):
        sent, answered = joiner.join()
        joiner.leave()
        joined.append(sent)
        after_answer.append(answered)
    for name, count in counters.of(lab, TARGET).items():
        report.add(f"{name} per member added and removed, group of {size}, on {where} node",
                   (count - before[name]) / (rounds + WARM_UP), "per member", note="the target's agent")
    report.add_latencies(f"member added, group of {size}, on {where} node", joined[WARM_UP:],
                         note="PUT sent to first packet through")
    report.add(f"member added, group of {size}, on {where} node, after the answer",
               percentile(after_answer[WARM_UP:], 0.5) * 1e3, "ms", note="PUT answered to first packet through, p50")
    return percentile(joined[WARM_UP:], 0.5)


def run(lab, report, quick):
    rounds = QUICK_ROUNDS if quick else ROUNDS
    world, removed = World(Client(lab.endpoint), "bench-members", prefix="10.207"), []
    medians = {}
    try:
        base, named = world.add_group("bench-members-base"), world.add_group("bench-members-named")
        world.add_rules(world.group, {"protocol": "icmp", "remote_group_id": named})
        target = pods.plug(lab, world, TARGET, "mt", security_groups=[world.group])
        removed.append(target)
        joiners = {}
        for where, node in (("the same", SAME), ("another", OTHER)):
            joiners[where] = Joiner(lab, world, node, f"m{node}", base, named, target)
            removed.append(joiners[where])
        members = 0
        for size in SIZES:
            world.add_ports(size - 1 - members, security_groups=[named], **{"binding:host_id": ELSEWHERE})
            members = size - 1
            for where, joiner in joiners.items():
                medians[size, where] = _measure(lab, report, joiner, size, where, rounds)
    finally:
        for pod in reversed(removed):
            pod.remove()
        world.remove()
    for where in ("the same", "another"):
        report.add(f"member added, 5,000 against 10, on {where} node", medians[5000, where] / medians[10, where], "ratio",
                   aim=1.25, note="1 is flat")
