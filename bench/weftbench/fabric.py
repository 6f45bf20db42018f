"""The compiler alone, by its own benchmark: flows of a port by stage, compiles, one more member. Needs no lab."""
import json
import os
import pathlib
import subprocess

from .lab import ROOT

STAGES = ("classification", "port_security", "local_services", "policy_leaving", "forwarding", "policy_entering", "output",
          "drops")
MEMBERS = (10, 100, 1000, 5000)
TO_MS = {"us": 1e-3, "ms": 1.0}


def _results(quick):
    program = pathlib.Path(os.environ.get("WEFT_BUILD", ROOT / "build")) / "bench/fabric_bench"
    command = [str(program), "--benchmark_format=json", f"--benchmark_min_time={0.05 if quick else 0.5}",
               "--benchmark_filter=FlowsOfAPort|CompileManyGroups|OneMoreMember"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return {row["name"]: row for row in json.loads(done.stdout)["benchmarks"]}


def run(_lab, report, quick):
    results = _results(quick)
    port = results["BM_FlowsOfAPort/iterations:1"]
    split = ", ".join(f"{stage.replace('_', ' ')} {port[stage]:.0f}" for stage in STAGES if port.get(stage))
    report.add("flows of one more port, default group, IPv4", port["flows_per_port"], "flows", note=split)
    many = results["BM_CompileManyGroups"]
    report.add("compile of 100 ports x 10 groups x 20 rules", many["real_time"] * TO_MS[many["time_unit"]], "ms",
               note=f"{many['flows']:.0f} flows")
    times = {}
    for size in MEMBERS:
        row = results[f"BM_OneMoreMember/{size}"]
        times[size] = row["real_time"] * TO_MS[row["time_unit"]]
        report.add(f"compile of one more member of {size}", times[size], "ms", note=f"{row['flows_sent']:.0f} flow sent")
    report.add("compile of one more member, 5,000 against 10", times[5000] / times[10], "ratio", aim=2, note="1 is flat")
