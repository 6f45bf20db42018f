"""The Neutron API under load: creates one by one and at 16 clients, a list of 1,000 ports, commits and fsyncs per create."""
import multiprocessing
import re
import subprocess
import tempfile
import time

from .client import Client, World

SEQUENTIAL, CONCURRENT, CLIENTS, LISTED = 500, 4000, 16, 1000


def _create(client, network, count):
    samples = []
    for _ in range(count):
        start = time.perf_counter()
        client.call("POST", "/v2.0/ports", {"port": {"network_id": network}})
        samples.append(time.perf_counter() - start)
    return samples


def _worker(url, network, count, barrier, results):
    client = Client(url)
    barrier.wait()
    samples = _create(client, network, count)
    results.put(samples)


def _concurrent(url, network, count):
    """(requests per second, latencies) of CLIENTS processes, each with one connection."""
    barrier, results = multiprocessing.Barrier(CLIENTS + 1), multiprocessing.Queue()
    workers = [multiprocessing.Process(target=_worker, args=(url, network, count // CLIENTS, barrier, results))
               for _ in range(CLIENTS)]
    for worker in workers:
        worker.start()
    barrier.wait()
    start = time.perf_counter()
    samples = [s for _ in workers for s in results.get()]
    elapsed = time.perf_counter() - start
    for worker in workers:
        worker.join()
    return len(samples) / elapsed, samples


def _fsyncs(pid, work):
    """How often `pid` called fsync or fdatasync while `work` ran."""
    with tempfile.NamedTemporaryFile("r") as out:
        tracer = subprocess.Popen(["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", out.name, "-p", str(pid)],
                                  stderr=subprocess.PIPE, text=True)
        tracer.stderr.readline()  # "strace: Process N attached"
        work()
        tracer.terminate()
        tracer.wait()
        return len(re.findall(r"\b(?:fsync|fdatasync)\(", out.read()))


def _commits(metrics):
    return sum(v for k, v in metrics.items() if k.startswith("weft_store_commits_total"))


def run(lab, report, quick):
    client = Client(lab.endpoint)
    sequential, concurrent = (SEQUENTIAL // 5, CONCURRENT // 5) if quick else (SEQUENTIAL, CONCURRENT)
    world = World(client, "bench-api")
    try:
        _create(client, world.network, 50)  # warm up
        report.add_latencies("port create, one by one", _create(client, world.network, sequential), aim_p50=1.5)

        before = _commits(client.metrics())
        rate, samples = _concurrent(lab.endpoint, world.network, concurrent)
        commits = _commits(client.metrics()) - before
        report.add(f"port create, {CLIENTS} clients", rate, "requests/s", aim=2500, at_most=False)
        report.add_latencies(f"port create, {CLIENTS} clients", samples)
        report.add(f"store commits per create, {CLIENTS} clients", commits / concurrent, "commits")

        fsyncs = _fsyncs(lab.pid("store"), lambda: _create(client, world.network, 100))
        report.add("fsyncs per create, one by one", fsyncs / 100, "fsyncs", note="strace of the store")
        fsyncs = _fsyncs(lab.pid("store"), lambda: _concurrent(lab.endpoint, world.network, concurrent))
        report.add(f"fsyncs per create, {CLIENTS} clients", fsyncs / concurrent, "fsyncs", note="strace of the store")
    finally:
        world.remove()
    _list(client, report)


def _list(client, report):
    world = World(client, "bench-list", prefix="10.201")
    try:
        world.add_ports(LISTED)
        samples = []
        for _ in range(30):
            start = time.perf_counter()
            client.connection.request("GET", f"/v2.0/ports?network_id={world.network}")
            client.connection.getresponse().read()
            samples.append(time.perf_counter() - start)
        report.add_latencies(f"list of {LISTED} ports", samples, aim_p50=10)
    finally:
        world.remove()
