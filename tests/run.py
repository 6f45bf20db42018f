#!/usr/bin/python3
"""Runs the rings of tests, one after the other, and ends with one line that sums them up.

    tests/run.py            every ring
    tests/run.py unit ...   only these
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as xml
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
ASAN_BUILD = ROOT / "build-asan"
REPORTS = BUILD / "reports"
PYTHON = "/usr/bin/python3"


@dataclass
class Result:
    """What one ring gave."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Result(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def run(*command, env=None):
    return subprocess.run([str(c) for c in command], cwd=ROOT, env={**os.environ, **(env or {})}).returncode


def jobs():
    """As many as there are processors, with 1.5 GiB of memory for each."""
    available = int(re.search(r"MemAvailable:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1])
    return max(1, min(os.cpu_count(), available // (3 << 19)))


def _checks(*commands):
    """Programs that say what is wrong and exit non-zero; each counts as one test."""
    result = Result()
    for command in commands:
        ok = run(PYTHON, *command) == 0
        print(f"{'ok' if ok else 'FAILED':8}{' '.join(str(word) for word in command)}", flush=True)
        result += Result(passed=1) if ok else Result(failed=1)
    return result


def pytest(folder, env=None):
    """The tests of a folder, counted one by one."""
    report = REPORTS / f"{folder.replace('/', '-')}.xml"
    REPORTS.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    code = run(PYTHON, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-v", "--tb=short", "--durations=10",
               "--junitxml", report, folder, env=env)
    result = _count_junit(report) if report.exists() else Result()
    return result if code == 0 or result.failed else result + Result(failed=1)


def static_checks():
    checks = sorted(str(check.relative_to(ROOT)) for check in (ROOT / "tests/static").glob("check_*.py"))
    return _checks(*([check] for check in checks), ["docs/generate_schema.py", "--check"]) + pytest("tests/static")


def documents():
    """Documents that the programs themselves are the source of."""
    return _checks(["docs/generate_configuration.py", "--check"])


def build():
    return Result() if run("make", "-s", "build") == 0 else Result(failed=1)


def ctest_ring(label, folder=BUILD, env=None):
    """The tests of one label; those of GoogleTest count case by case."""
    reports = REPORTS / f"{folder.name}-{label}"
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir(parents=True)
    run("ctest", "--test-dir", folder, "-L", f"^{label}$", "-j", jobs(), "--output-on-failure", "--no-tests=error",
        "--output-junit", reports / "ctest.xml",
        env={"GTEST_OUTPUT": f"xml:{reports}/", "GTEST_COLOR": "no", **(env or {})})
    if not (reports / "ctest.xml").exists():
        return Result(failed=1)
    result = Result()
    for case in xml.parse(reports / "ctest.xml").getroot().iter("testcase"):
        result += _count_program(reports / f"{case.get('name')}.xml", case.get("status") == "run")
    return result


def _count_program(report, passed):
    if not report.exists():
        return Result(passed=1) if passed else Result(failed=1)
    result = _count_junit(report)
    return result if passed or result.failed else result + Result(failed=1)  # it failed outside its cases


def _count_junit(report):
    result = Result()
    for case in xml.parse(report).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            result += Result(failed=1)
        elif case.find("skipped") is not None or case.get("result") == "skipped":
            result += Result(skipped=1)
        else:
            result += Result(passed=1)
    return result


def sanitizers():
    """The unit ring once more, built with AddressSanitizer and UndefinedBehaviorSanitizer."""
    if run("cmake", "-G", "Ninja", "-S", ROOT, "-B", ASAN_BUILD, "-DWEFT_SANITIZE=ON", "-DCMAKE_BUILD_TYPE=Debug",
           "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache", "--log-level=WARNING") != 0:
        return Result(failed=1)
    listing = subprocess.run(["ctest", "--test-dir", str(ASAN_BUILD), "-N", "-L", "^unit$"], capture_output=True, text=True)
    targets = re.findall(r"Test\s+#\d+: (\S+)", listing.stdout)
    if run("ninja", "--quiet", "-C", ASAN_BUILD, "-j", jobs(), *targets) != 0:
        return Result(failed=1)
    return ctest_ring("unit", ASAN_BUILD, {"ASAN_OPTIONS": "detect_stack_use_after_return=1",
                                           "WEFT_PROOF_PAIRS": "3000"})  # the unit ring has tried them all


def system():
    """On a lab of its own, so that a developer's lab is left alone."""
    return pytest("tests/system", {"LAB_NAME": os.environ.get("LAB_NAME", "weft-test")})


# Cheap and telling first. A ring that needs what an earlier one builds is skipped when that failed.
RINGS = {
    "static": static_checks,
    "build": build,
    "documents": documents,
    "unit": lambda: ctest_ring("unit"),
    "fuzz": lambda: ctest_ring("fuzz"),
    "integration": lambda: ctest_ring("integration"),
    "sanitizers": sanitizers,
    "system": system,
}
NEED_BUILD = ("documents", "unit", "fuzz", "integration", "system")


def main(names):
    unknown = [name for name in names if name not in RINGS]
    if unknown:
        sys.exit(f"no ring {', '.join(unknown)}: one of {', '.join(RINGS)}")
    if run("packaging/install-deps.sh") != 0:
        sys.exit("the packages that the tests need can't be installed")
    chosen = [name for name in RINGS if not names or name in names or name == "build" and set(names) & set(NEED_BUILD)]
    total, lines, built = Result(), [], True
    for name in chosen:
        print(f"\n=== {name}", flush=True)
        started = time.monotonic()
        result = RINGS[name]() if built or name not in NEED_BUILD else Result(failed=1)
        built = built and not (name == "build" and result.failed)
        lines.append(f"{name:14}{time.monotonic() - started:7.1f} s   {result if name != 'build' else 'ok' if built else 'FAILED'}")
        total += result
    print("\n" + "\n".join(lines))
    print(total, flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
