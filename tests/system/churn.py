"""Changes of policy at a steady rate: rules, members, entries and groups that come and go, each kind in a thread of its own."""
import collections
import http.client
import itertools
import json
import threading
import time
import urllib.parse
from contextlib import closing
from functools import partial

REMEMBERED = 4096  # how many changes the log keeps


class Api:
    """One persistent connection to the Neutron API."""

    def __init__(self, endpoint):
        self._connection = http.client.HTTPConnection(urllib.parse.urlsplit(endpoint).netloc, timeout=30)

    def close(self):
        self._connection.close()

    def call(self, method, path, body=None):
        self._connection.request(method, f"/v2.0/{path}", None if body is None else json.dumps(body),
                                 {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        answer = response.read()
        if response.status >= 300:
            raise AssertionError(f"{method} {path} {body}: {response.status} {answer.decode()}")
        return json.loads(answer or "null")


def new_rule(api, group, **attributes):
    body = {"direction": "ingress", "security_group_id": group, **attributes}
    return api.call("POST", "security-group-rules", {"security_group_rule": body})["security_group_rule"]["id"]


def remove_rule(api, made):
    api.call("DELETE", f"security-group-rules/{made}")


# What may come: each gives what makes it go again.

def rule(api, group, **attributes):
    return partial(remove_rule, api, new_rule(api, group, **attributes))


def port_with(api, network, groups):
    body = {"port": {"network_id": network, "security_groups": groups}}
    made = api.call("POST", "ports", body)["port"]["id"]
    return partial(api.call, "DELETE", f"ports/{made}")


def groups_on(api, port, with_more, before):
    def have(groups):
        api.call("PUT", f"ports/{port}", {"port": {"security_groups": groups}})
    have(with_more)
    return partial(have, before)


def entries(api, address_group, *addresses):
    def change(what):
        api.call("PUT", f"address-groups/{address_group}/{what}_addresses", {"address_group": {"addresses": addresses}})
    change("add")
    return partial(change, "remove")


def coming_and_going(things, at_once):
    """Things come one after the other, and go when more than so many are there; yields after each change what it was."""
    there = collections.deque()
    try:
        for thing in itertools.cycle(things):
            there.append((thing(), thing))
            yield "came", thing
            if len(there) > at_once:
                remove, gone = there.popleft()
                remove()
                yield "went", gone
    finally:
        while there:
            there.popleft()[0]()


class Churn:
    """Runs kinds of changes at a rate (changes a second, of all kinds together) until the block ends, which tidies up."""

    def __init__(self, endpoint, kinds, rate):
        self._endpoint, self._interval = endpoint, len(kinds) / rate
        self.log = collections.deque(maxlen=REMEMBERED)
        self.changes, self.seconds, self.slowest = 0, 0.0, 0.0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._failures = []
        self._threads = [threading.Thread(target=self._guarded, args=(kind,), daemon=True) for kind in kinds]

    def __enter__(self):
        self._started = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self.seconds = time.monotonic() - self._started
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    @property
    def rate(self):
        return self.changes / self.seconds

    def around(self, moment, margin=0.1):
        """What changed at about this moment."""
        return [f"{done - moment:+.3f} s {what} {thing.func.__name__} {thing.args[1:]} {thing.keywords}"
                for done, what, thing in list(self.log) if abs(done - moment) < margin]

    def _guarded(self, kind):
        try:
            with closing(Api(self._endpoint)) as api, closing(kind(api)) as changes:
                self._run(changes)
        except Exception as failure:  # noqa: BLE001 - raised where the block ends
            self._failures.append(failure)
            self._stopping.set()

    def _run(self, changes):
        due = time.monotonic()
        while not self._stopping.wait(max(0.0, due - time.monotonic())):
            started = time.monotonic()
            what, thing = next(changes)
            self._count(started, time.monotonic(), what, thing)
            due += self._interval

    def _count(self, started, done, what, thing):
        with self._lock:
            if not self._stopping.is_set():
                self.changes += 1
                self.slowest = max(self.slowest, done - started)
                self.log.append((done, what, thing))
