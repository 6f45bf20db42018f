"""Figures with their aims: a table for people, a dictionary for machines."""
import platform
import time


def percentile(samples, share):
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Report:
    def __init__(self):
        self.figures = []

    def add(self, name, value, unit, aim=None, at_most=True, note=""):
        """`aim`: a bound that the value shall not pass (from above; from below when not `at_most`)."""
        met = None if aim is None else (value <= aim if at_most else value >= aim)
        self.figures.append({"name": name, "value": round(value, 3), "unit": unit, "aim": aim,
                             "aim_is": "at most" if at_most else "at least", "met": met, "note": note})
        print(f"   {name}: {value:.3f} {unit}", flush=True)

    def add_latencies(self, name, seconds, aim_p50=None, note=""):
        milliseconds = [s * 1e3 for s in seconds]
        self.add(name + " p50", percentile(milliseconds, 0.50), "ms", aim_p50, note=note)
        self.add(name + " p99", percentile(milliseconds, 0.99), "ms", note=f"n={len(seconds)}")

    def as_dict(self):
        return {"when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "kernel": platform.release(),
                "figures": self.figures}

    def table(self):
        head = ("figure", "value", "unit", "aim", "met", "note")
        rows = [head]
        for f in self.figures:
            aim = "" if f["aim"] is None else f"{'<=' if f['aim_is'] == 'at most' else '>='} {f['aim']:g}"
            met = {None: "", True: "yes", False: "NO"}[f["met"]]
            rows.append((f["name"], f"{f['value']:.2f}", f["unit"], aim, met, f["note"]))
        widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
        lines.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join(lines)
