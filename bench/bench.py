#!/usr/bin/python3
"""Runs Weft's benchmarks on a lab of its own and prints a table of figures against their aims.

  bench/bench.py [--json FILE] [--only api,wire,...] [--quick] [--keep]

Parts: api, wire, cni, agent, leases, memory; of policy: fabric (the compiler alone), install, members, cut, passes, traffic.
"--only policy" is all of those. The lab is named weft-bench (LAB_NAME overrides) and is taken down at the end unless
--keep is given. Every load is bounded in count and time. Absolute times depend on the machine: compare ratios and shapes.
"""
import argparse
import json
import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from weftbench import agent, api, cni, cut, fabric, install, leases, members, memory, passes, traffic, wire  # noqa: E402
from weftbench.lab import Lab  # noqa: E402
from weftbench.report import Report  # noqa: E402

POLICY = {"fabric": fabric.run, "install": install.run, "members": members.run, "cut": cut.run, "passes": passes.run,
          "traffic": traffic.run}
PARTS = {"api": api.run, "wire": wire.run, "cni": cni.run, "agent": agent.run, "leases": leases.run,
         **POLICY, "memory": memory.run}
WITHOUT_LAB = {"fabric"}


def _chosen(parser, text):
    parts = []
    for name in text.split(","):
        parts += POLICY if name == "policy" else [name]
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        parser.error(f"unknown part {', '.join(unknown)}; parts are policy, {', '.join(PARTS)}")
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", help="also write the figures to this file")
    parser.add_argument("--only", default=",".join(PARTS), help="comma separated parts")
    parser.add_argument("--keep", action="store_true", help="leave the lab up")
    parser.add_argument("--quick", action="store_true", help="few rounds: shapes only, in a fifth of the time")
    options = parser.parse_args()
    parts = _chosen(parser, options.only)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that `finally` takes the lab down
    report = Report()
    lab = Lab(os.environ.get("LAB_NAME", "weft-bench"))
    try:
        if set(parts) - WITHOUT_LAB:
            lab.up()
        for part in parts:
            print(f"== {part}", file=sys.stderr, flush=True)
            PARTS[part](lab, report, options.quick)
    finally:
        if not options.keep:
            lab.down()
    print(report.table())
    if options.json:
        with open(options.json, "w") as out:
            json.dump(report.as_dict(), out, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
