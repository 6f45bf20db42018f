#!/usr/bin/python3
"""Refuses the coroutine forms that GCC 12 miscompiles (CONTRIBUTING.md, "Coroutines").

Allowed:  auto x = co_await f(named);   co_await f(named);   co_return co_await f(named);
          WEFT_CO_TRY(auto x, co_await f(named));   WEFT_CO_CHECK(co_await f(named));
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
CONDITION = re.compile(r"\b(if|while|switch|for)\s*(?:constexpr\s*)?\(")
STATEMENT = re.compile(r"[^;{}]*\bco_await\b[^;{}]*")
ALLOWED_START = re.compile(
    r"^(?:case\s[^:]*:|default:|else|do)?\s*"
    r"(?:(?:const\s+)?auto\s*(?:\[[\w\s,]*\]|&?&?\s*\w+)\s*=\s*co_await\b|co_return\s+co_await\b|co_await\b"
    r"|WEFT_CO_TRY\s*\(\s*[\w:<>&*\s,]*?\w+\s*,\s*co_await\b|WEFT_CO_CHECK\s*\(\s*co_await\b)")
GUARD = re.compile(r"^\s*(?:(?:else\s+)?(?:if|while|for)\s*\(.*?\)\s*(?=co_|auto|WEFT|case|else))?", re.S)
AGGREGATE_ARGUMENT = re.compile(r"[(,]\s*(?:[A-Z]\w*|\w+::[\w:]*[A-Z]\w*)?\s*\{")
CAPTURING_LAMBDA = re.compile(r"\[[^\]\s][^\]]*\]\s*\([^)]*\)\s*(?:mutable\s*)?->\s*(?:asio::awaitable|Task)\b")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def parenthesised(text, start):
    """The text from the parenthesis at `start` to its partner."""
    depth = 0
    for i in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return text[start:i]
    return text[start:]


def faults_of(text):
    code = COMMENT_OR_STRING.sub(blank, text)
    line_of = lambda at: code.count("\n", 0, at) + 1
    for m in CONDITION.finditer(code):
        if "co_await" in parenthesised(code, m.end() - 1):
            yield line_of(m.start()), f"co_await inside the condition of {m.group(1)}: name its result first"
    for m in re.finditer(r"\bco_await\b", code):
        start = max(code.rfind(c, 0, m.start()) for c in ";{}") + 1
        end = min((e for e in (code.find(c, m.start()) for c in ";{}") if e >= 0), default=len(code))
        statement = code[start:end]
        line = line_of(m.start())
        if statement.count("co_await") > 1:
            yield line, "more than one co_await in a statement"
        elif not ALLOWED_START.match(GUARD.sub("", statement)):
            yield line, "co_await not at the head of its statement: " + " ".join(statement.split())[:80]
        if end < len(code) and code[end] == "{" and AGGREGATE_ARGUMENT.search(code[m.start():end + 1]):
            yield line, "an aggregate temporary or lambda as argument of a co_awaited call: name it first"
    for m in CAPTURING_LAMBDA.finditer(code):
        yield line_of(m.start()), "a capturing lambda that is a coroutine: make it a member or a free function"


def main():
    faults = []
    files = [p for d in ("src", "apps") for p in sorted((ROOT / d).rglob("*")) if p.suffix in (".h", ".cc")]
    for path in files:
        text = path.read_text()
        if "co_await" in text or "awaitable" in text:
            faults += [f"{path.relative_to(ROOT)}:{line}: {what}" for line, what in sorted(set(faults_of(text)))]
    print("\n".join(faults) or f"{len(files)} files keep to the coroutine rule")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
